// A cable between two network namespaces, in user space, since this kernel may lack netem:
//   wire NAMESPACE-A NAMESPACE-B CONTROL SEED
// makes the TUN device "wire" in each and carries packets between them. CONTROL has a line for each direction, A to B first:
//   cut loss duplicates delay jitter rate
// cut 0 or 1; loss and duplicates in packets of a thousand; delay and jitter in microseconds, jitter reorders; rate in bytes a
// second, 0 for any. It is read again every 10 ms, so that a test changes the weather while packets are on their way.
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

enum { PACKET = 2048, HELD = 8192, RATE_QUEUE_US = 500000 };

struct rule { int cut, loss, duplicates; long delay, jitter, rate; };
struct packet { long due, number; int to, length; unsigned char bytes[PACKET]; };

static struct packet held[HELD];
static int heap[HELD], spare[HELD], heaped, spares;
static struct rule rules[2];
static long free_at[2], numbers;
static unsigned long dice;

static long now_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000000L + t.tv_nsec / 1000;
}

static long roll(long below)
{
    dice ^= dice << 13, dice ^= dice >> 7, dice ^= dice << 17;
    return below > 0 ? (long)(dice % (unsigned long)below) : 0;
}

static int open_tun(const char *name)
{
    char path[256];
    snprintf(path, sizeof path, "/run/netns/%s", name);
    int space = open(path, O_RDONLY | O_CLOEXEC);
    if (space < 0 || setns(space, CLONE_NEWNET) != 0) { perror(path); exit(1); }
    close(space);
    struct ifreq request = { .ifr_flags = IFF_TUN | IFF_NO_PI };
    strcpy(request.ifr_name, "wire");
    int tun = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
    if (tun < 0 || ioctl(tun, TUNSETIFF, &request) != 0) { perror("/dev/net/tun"); exit(1); }
    return tun;
}

static void read_rules(const char *path)
{
    struct rule r[2];
    char text[512];
    int file = open(path, O_RDONLY);
    ssize_t length = file < 0 ? -1 : read(file, text, sizeof text - 1);
    if (file >= 0) close(file);
    if (length <= 0) return;
    text[length] = 0;
    if (sscanf(text, "%d %d %d %ld %ld %ld %d %d %d %ld %ld %ld",
            &r[0].cut, &r[0].loss, &r[0].duplicates, &r[0].delay, &r[0].jitter, &r[0].rate,
            &r[1].cut, &r[1].loss, &r[1].duplicates, &r[1].delay, &r[1].jitter, &r[1].rate) == 12)
        memcpy(rules, r, sizeof r);
}

static int before(int a, int b)
{
    return held[a].due != held[b].due ? held[a].due < held[b].due : held[a].number < held[b].number;
}

static void hold(int to, const unsigned char *bytes, int length, long due)
{
    if (spares == 0) return;
    int slot = spare[--spares], at = heaped++;
    held[slot] = (struct packet){ .due = due, .number = numbers++, .to = to, .length = length };
    memcpy(held[slot].bytes, bytes, length);
    for (; at > 0 && before(slot, heap[(at - 1) / 2]); at = (at - 1) / 2) heap[at] = heap[(at - 1) / 2];
    heap[at] = slot;
}

static int take(void)
{
    int first = heap[0], last = heap[--heaped], at = 0;
    for (int child; (child = 2 * at + 1) < heaped; at = child) {
        if (child + 1 < heaped && before(heap[child + 1], heap[child])) child++;
        if (!before(heap[child], last)) break;
        heap[at] = heap[child];
    }
    heap[at] = last;
    spare[spares++] = first;
    return first;
}

static void carry(int from, const unsigned char *bytes, int length)
{
    const struct rule *r = &rules[from];
    if (r->cut || roll(1000) < r->loss) return;
    long now = now_us(), due = now;
    if (r->rate > 0) {
        if (free_at[from] < now) free_at[from] = now;
        if (free_at[from] - now > RATE_QUEUE_US) return;
        due = free_at[from] += length * 1000000L / r->rate;
    }
    hold(!from, bytes, length, due + r->delay + roll(r->jitter));
    if (roll(1000) < r->duplicates) hold(!from, bytes, length, due + r->delay + roll(r->jitter));
}

int main(int count, char **arguments)
{
    if (count != 5) { fprintf(stderr, "wire A B CONTROL SEED\n"); return 2; }
    struct pollfd ends[2] = { { .events = POLLIN }, { .events = POLLIN } };
    ends[0].fd = open_tun(arguments[1]);
    ends[1].fd = open_tun(arguments[2]);
    dice = strtoul(arguments[4], NULL, 10) * 2654435761UL + 88172645463325252UL;
    while (spares < HELD) { spare[spares] = spares; spares++; }
    puts("ready");
    fflush(stdout);
    for (long read_at = 0;;) {
        long now = now_us(), wait = 10000;
        if (now >= read_at) { read_rules(arguments[3]); read_at = now + 10000; }
        while (heaped > 0 && held[heap[0]].due <= now) {
            struct packet *p = &held[take()];
            if (write(ends[p->to].fd, p->bytes, p->length) < 0) continue;
        }
        if (heaped > 0 && held[heap[0]].due - now < wait) wait = held[heap[0]].due - now;
        struct timespec limit = { .tv_nsec = wait * 1000 };
        ppoll(ends, 2, &limit, NULL);
        for (int from = 0; from < 2; from++) {
            unsigned char bytes[PACKET];
            ssize_t length;
            while ((ends[from].revents & POLLIN) && (length = read(ends[from].fd, bytes, sizeof bytes)) > 0)
                carry(from, bytes, (int)length);
        }
    }
}
