/* A file system over a folder that fails, is slow or writes short when its control file says so.
 *   faultyfs BACKING CONTROL LOG MOUNTPOINT -f
 * CONTROL has a line for each fault:  CALL NAME ERRNO DELAY-MS BYTES-MAX
 * with CALL write, fsync or fsyncdir, and NAME a part of the path or *. LOG gets "injected" and "retried" lines: a sync
 * of a handle whose last sync failed, with nothing written since, is retried. */
#define FUSE_USE_VERSION 31
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fuse.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int root;
static const char *control, *logfile;

struct handle { int fd; volatile int failed; };
struct fault { int error, delay, most; };

static const char *in(const char *path) { return path[1] ? path + 1 : "."; }
static int result(int r) { return r < 0 ? -errno : r; }
static struct handle *of(struct fuse_file_info *fi) { return (struct handle *)(uintptr_t)fi->fh; }

static void note(const char *what, const char *call, const char *path)
{
    char line[600];
    int n = snprintf(line, sizeof line, "%s %s %s\n", what, call, path);
    int fd = open(logfile, O_WRONLY | O_APPEND);
    if (fd < 0 || write(fd, line, n) != n) abort();
    close(fd);
}

static struct fault fault_of(const char *call, const char *path)
{
    struct fault f = {0, 0, 0};
    char its_call[16], name[200];
    int error, delay, most;
    FILE *file = fopen(control, "r");
    while (file && fscanf(file, "%15s %199s %d %d %d", its_call, name, &error, &delay, &most) == 5)
        if (!strcmp(call, its_call) && (!strcmp(name, "*") || strstr(path, name)))
            f = (struct fault){error, delay, most};
    if (file) fclose(file);
    if (f.error || f.delay || f.most) note("injected", call, path);
    if (f.delay) usleep(f.delay * 1000);
    return f;
}

static int f_getattr(const char *path, struct stat *st, struct fuse_file_info *fi)
{
    return result(fi ? fstat(of(fi)->fd, st) : fstatat(root, in(path), st, AT_SYMLINK_NOFOLLOW));
}
static int f_mkdir(const char *path, mode_t mode) { return result(mkdirat(root, in(path), mode)); }
static int f_unlink(const char *path) { return result(unlinkat(root, in(path), 0)); }
static int f_rmdir(const char *path) { return result(unlinkat(root, in(path), AT_REMOVEDIR)); }
static int f_rename(const char *from, const char *to, unsigned flags)
{
    return result(renameat2(root, in(from), root, in(to), flags));
}
static int f_chmod(const char *path, mode_t mode, struct fuse_file_info *fi) { return result(fchmodat(root, in(path), mode, 0)); }
static int f_utimens(const char *path, const struct timespec t[2], struct fuse_file_info *fi)
{
    return result(utimensat(root, in(path), t, AT_SYMLINK_NOFOLLOW));
}
static int f_truncate(const char *path, off_t length, struct fuse_file_info *fi)
{
    if (fi) return result(ftruncate(of(fi)->fd, length));
    int fd = openat(root, in(path), O_WRONLY);
    int r = fd < 0 ? -errno : result(ftruncate(fd, length));
    if (fd >= 0) close(fd);
    return r;
}
static int f_statfs(const char *path, struct statvfs *st) { return result(fstatvfs(root, st)); }

static int open_handle(const char *path, int flags, mode_t mode, struct fuse_file_info *fi)
{
    /* The kernel reads pages that it writes in part, and says itself where an append goes. */
    if ((flags & O_ACCMODE) == O_WRONLY) flags = (flags & ~O_ACCMODE) | O_RDWR;
    int fd = openat(root, in(path), flags & ~O_APPEND, mode);
    if (fd < 0) return -errno;
    struct handle *h = calloc(1, sizeof *h);
    h->fd = fd;
    fi->fh = (uintptr_t)h;
    return 0;
}
static int f_open(const char *path, struct fuse_file_info *fi) { return open_handle(path, fi->flags, 0, fi); }
static int f_create(const char *path, mode_t mode, struct fuse_file_info *fi) { return open_handle(path, fi->flags | O_CREAT, mode, fi); }
static int f_opendir(const char *path, struct fuse_file_info *fi) { return open_handle(path, O_RDONLY | O_DIRECTORY, 0, fi); }
static int f_release(const char *path, struct fuse_file_info *fi)
{
    close(of(fi)->fd);
    free(of(fi));
    return 0;
}
static int f_read(const char *path, char *to, size_t size, off_t at, struct fuse_file_info *fi)
{
    return result(pread(of(fi)->fd, to, size, at));
}
static int f_write(const char *path, const char *from, size_t size, off_t at, struct fuse_file_info *fi)
{
    struct fault f = fault_of("write", path);
    if (f.error) return -f.error;
    of(fi)->failed = 0;
    return result(pwrite(of(fi)->fd, from, f.most && size > (size_t)f.most ? (size_t)f.most : size, at));
}
static int sync_handle(const char *call, const char *path, struct fuse_file_info *fi)
{
    struct fault f = fault_of(call, path);
    if (of(fi)->failed) note("retried", call, path);
    of(fi)->failed = f.error != 0;
    return f.error ? -f.error : result(fsync(of(fi)->fd));
}
static int f_fsync(const char *path, int data_only, struct fuse_file_info *fi) { return sync_handle("fsync", path, fi); }
static int f_fsyncdir(const char *path, int data_only, struct fuse_file_info *fi) { return sync_handle("fsyncdir", path, fi); }
static int f_readdir(const char *path, void *buffer, fuse_fill_dir_t fill, off_t at, struct fuse_file_info *fi, enum fuse_readdir_flags flags)
{
    DIR *d = fdopendir(openat(root, in(path), O_RDONLY | O_DIRECTORY));
    if (!d) return -errno;
    struct dirent *e;
    while ((e = readdir(d))) {
        struct stat st = {.st_ino = e->d_ino, .st_mode = (mode_t)e->d_type << 12};
        if (fill(buffer, e->d_name, &st, 0, 0)) break;
    }
    closedir(d);
    return 0;
}
static void *f_init(struct fuse_conn_info *connection, struct fuse_config *config)
{
    config->use_ino = 1;
    config->kernel_cache = 1;
    return NULL;
}

static const struct fuse_operations operations = {
    .init = f_init, .getattr = f_getattr, .mkdir = f_mkdir, .unlink = f_unlink, .rmdir = f_rmdir, .rename = f_rename,
    .chmod = f_chmod, .utimens = f_utimens, .truncate = f_truncate, .statfs = f_statfs, .open = f_open, .create = f_create,
    .opendir = f_opendir, .release = f_release, .releasedir = f_release, .read = f_read, .write = f_write,
    .fsync = f_fsync, .fsyncdir = f_fsyncdir, .readdir = f_readdir,
};

int main(int argc, char **argv)
{
    if (argc < 5 || (root = open(argv[1], O_RDONLY | O_DIRECTORY)) < 0) return 2;
    control = argv[2];
    logfile = argv[3];
    argv[3] = argv[0];
    umask(0);
    return fuse_main(argc - 3, argv + 3, &operations, NULL);
}
