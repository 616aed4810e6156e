/* Latency: delay PORT RATE COUNT EDGE-FILE AGGREGATOR-FILE [HTTP-PORT METRIC]
 * Sends COUNT messages over TCP at RATE a second, notes when each was handed to the kernel, and watches from outside: the two
 * files for its line (inotify), and a counter of acknowledged records (in order, since there is one connection and one host).
 * To ask for the counter is dear to the one who is asked, so it is asked for a sample: the next message each 50 ms or so, from
 * when its line stands in the aggregator's file, every 2 ms.  Prints JSON: p50, p99, p99.9 in milliseconds, upper bounds. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/inotify.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define WARM 4                   /* the first quarter is not counted: compiling and connecting are no part of it */
#define QUIET 10.0               /* nothing more has come for so long: it is lost */

struct watch { const char *name, *path, *metric; int port; long long seen; float *ms; pthread_t thread; struct watch *file; };

static long long count, warm, handed;
static double *sent;

static double now(void)
{ struct timespec t; clock_gettime(CLOCK_MONOTONIC, &t); return t.tv_sec + t.tv_nsec * 1e-9; }
static void rest(long ns) { struct timespec t = {0, ns}; nanosleep(&t, NULL); }
static void die(const char *m) { perror(m); exit(2); }

static int dial(int port)
{
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM, 0), one = 1;
    if (connect(fd, (void *)&a, sizeof a) < 0) die("connect");
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    return fd;
}

static void note(struct watch *w, long long i, double t)
{
    double s; __atomic_load(&sent[i], &s, __ATOMIC_ACQUIRE);
    if (w->ms[i] == 0) { w->ms[i] = (t - s) * 1e3; __atomic_fetch_add(&w->seen, 1, __ATOMIC_RELEASE); }
}

static void *watch_file(void *arg)
{
    struct watch *w = arg; static __thread char buf[1 << 20]; int fd = -1; size_t kept = 0; double last = now();
    struct pollfd changes = {.fd = inotify_init1(IN_NONBLOCK), .events = POLLIN}; char events[4096];
    while (w->seen < count && now() - last < QUIET) {
        if (fd < 0) {
            if ((fd = open(w->path, O_RDONLY)) < 0) { rest(100000); continue; }
            if (inotify_add_watch(changes.fd, w->path, IN_MODIFY) < 0) die("inotify");
        }
        ssize_t n = read(fd, buf + kept, sizeof buf - kept);
        if (n <= 0) {                      /* what is written between the two is an event */
            if (poll(&changes, 1, 100) > 0 && read(changes.fd, events, sizeof events) < 0) die("inotify");
            continue;
        }
        double t = last = now(); char *p = buf, *end = buf + kept + n, *nl;
        for (; (nl = memchr(p, '\n', end - p)); p = nl + 1)
            if (nl - p > 12 && !memcmp(nl - 12, "id=", 3)) note(w, atoll(nl - 9), t);
        kept = end - p; memmove(buf, p, kept);
    }
    return NULL;
}

/* One request on a connection that is kept. */
static long long ask(struct watch *w, int fd)
{
    static char buf[1 << 17]; size_t len = 0; char *body = NULL, *length; ssize_t n;
    dprintf(fd, "GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n");
    do {
        if ((n = read(fd, buf + len, sizeof buf - 1 - len)) <= 0) die("metrics");
        buf[len += n] = 0;
        if (!body && (body = strstr(buf, "\r\n\r\n"))) body += 4;
    } while (!body || !(length = strcasestr(buf, "\r\nContent-Length:")) || buf + len < body + atoll(length + 17));
    char line[128]; snprintf(line, sizeof line, "\n%s ", w->metric);
    char *at = strstr(body, line);
    if (!at) { fprintf(stderr, "delay: no %s\n", w->metric); exit(2); }
    return atoll(at + strlen(line));
}

static void *watch_counter(void *arg)
{
    struct watch *w = arg; int fd = dial(w->port); long long from = ask(w, fd), i;
    while ((i = __atomic_load_n(&handed, __ATOMIC_ACQUIRE)) < count) {
        double last = now();
        while (__atomic_load_n(&w->file->seen, __ATOMIC_ACQUIRE) <= i) { if (now() - last > QUIET) return NULL; rest(500000); }
        while (ask(w, fd) - from <= i) { if (now() - last > QUIET) return NULL; rest(2000000); }
        note(w, i, now());
        rest(25000000 + random() % 50000000);   /* not in step with anybody's windows */
    }
    return NULL;
}

static int by_size(const void *a, const void *b) { float x = *(float *)a, y = *(float *)b; return (x > y) - (x < y); }

static void print(struct watch *w)
{
    float *ms = w->ms + warm; long long all = count - warm, n = 0;
    for (long long i = 0; i < all; i++) if (ms[i] > 0) ms[n++] = ms[i];
    qsort(ms, n, sizeof *ms, by_size);
    if (n)
        printf("\"%s p50 ms\": %.2f, \"%s p99 ms\": %.2f, \"%s p99.9 ms\": %.2f, ", w->name, ms[n / 2], w->name, ms[n * 99 / 100],
               w->name, ms[n * 999 / 1000]);
}

int main(int argc, char **argv)
{
    if (argc < 6) { fprintf(stderr, "delay: PORT RATE COUNT EDGE-FILE AGGREGATOR-FILE [HTTP-PORT METRIC]\n"); return 2; }
    double rate = atof(argv[2]); count = atoll(argv[3]); warm = count / WARM;
    sent = calloc(count, sizeof *sent);
    struct watch w[] = {{"edge file", argv[4]}, {"agg file", argv[5]}, {"ack"}};
    int watches = 2;
    if (argc > 7) { w[2].port = atoi(argv[6]); w[2].metric = argv[7]; w[2].file = &w[1]; watches = 3; }
    for (int i = 0; i < watches; i++) {
        w[i].ms = calloc(count, sizeof(float));
        pthread_create(&w[i].thread, NULL, w[i].port ? watch_counter : watch_file, &w[i]);
    }
    rest(300000000);             /* the counter is read once before there is anything to count */
    int fd = dial(atoi(argv[1])); double t0 = now(); static char buf[1 << 18]; long long next = 0;
    while (next < count) {
        long long due = (long long)((now() - t0) * rate) + 1; size_t len = 0; long long first = next;
        for (; next < due && next < count && len < sizeof buf - 400; next++)
            len += sprintf(buf + len, "<142>May 27 17:51:21 web0000 gunicorn.shop.access: %lld.%lld.113.9 - - [27/May/2015:17:51:21 +0000] "
                "\"GET /product/%lld-green-lamp HTTP/1.1\" 200 %lld \"https://shop.example/garden/%lld\" \"Mozilla/5.0 (X11; Linux x86_64) "
                "AppleWebKit/537.36\" id=%09lld\n", next % 200, next % 251, next % 90000, next % 9973, next % 20000, next);
        double t = now();
        for (long long i = first; i < next; i++) __atomic_store(&sent[i], &t, __ATOMIC_RELEASE);
        for (size_t at = 0; at < len;) { ssize_t n = write(fd, buf + at, len - at); if (n < 0) die("write"); at += n; }
        __atomic_store_n(&handed, next, __ATOMIC_RELEASE);
        rest(200000);
    }
    long long lost = 0;
    printf("{");
    for (int i = 0; i < watches; i++) { pthread_join(w[i].thread, NULL); print(&w[i]); }
    for (int i = 0; i < 2; i++) lost += count - w[i].seen;
    printf("\"lost\": %lld}\n", lost);
    return 0;
}
