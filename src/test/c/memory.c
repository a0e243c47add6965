/*
 * A FUSE server that does nothing but copy from memory: what a mount can reach at best.
 *
 *   memory FILE MOUNTPOINT
 *
 * reads FILE into memory and shows it as MOUNTPOINT/disk, until it is unmounted.
 */
#define FUSE_USE_VERSION 35
#include <errno.h>
#include <fcntl.h>
#include <fuse_lowlevel.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { DISK = 2, LARGEST_READ = 1 << 20, LONG = 86400 };

static char *disk;
static size_t disk_bytes;

static int attributes(fuse_ino_t ino, struct stat *stat) {
  memset(stat, 0, sizeof *stat);
  stat->st_ino = ino;
  if (ino == FUSE_ROOT_ID) {
    stat->st_mode = S_IFDIR | 0555;
    stat->st_nlink = 2;
  } else if (ino == DISK) {
    stat->st_mode = S_IFREG | 0444;
    stat->st_nlink = 1;
    stat->st_size = disk_bytes;
    stat->st_blocks = (disk_bytes + 511) / 512;
  } else {
    return ENOENT;
  }
  return 0;
}

static void look_up(fuse_req_t request, fuse_ino_t parent, const char *name) {
  struct fuse_entry_param entry = {.ino = DISK, .attr_timeout = LONG, .entry_timeout = LONG};
  if (parent != FUSE_ROOT_ID || strcmp(name, "disk") != 0) {
    fuse_reply_err(request, ENOENT);
    return;
  }
  attributes(DISK, &entry.attr);
  fuse_reply_entry(request, &entry);
}

static void get_attributes(fuse_req_t request, fuse_ino_t ino, struct fuse_file_info *file) {
  (void)file;
  struct stat stat;
  int error = attributes(ino, &stat);
  if (error) {
    fuse_reply_err(request, error);
  } else {
    fuse_reply_attr(request, &stat, LONG);
  }
}

static void open_disk(fuse_req_t request, fuse_ino_t ino, struct fuse_file_info *file) {
  if (ino != DISK) {
    fuse_reply_err(request, EISDIR);
    return;
  }
  file->keep_cache = 1;
  file->noflush = 1;
  fuse_reply_open(request, file);
}

static void read_disk(fuse_req_t request, fuse_ino_t ino, size_t size, off_t offset,
                      struct fuse_file_info *file) {
  (void)ino;
  (void)file;
  static _Thread_local char buffer[LARGEST_READ] __attribute__((aligned(4096)));
  size_t left = (size_t)offset < disk_bytes ? disk_bytes - offset : 0;
  size_t count = size < left ? size : left;
  if (count > sizeof buffer) {
    count = sizeof buffer;
  }
  memcpy(buffer, disk + offset, count);
  fuse_reply_buf(request, buffer, count);
}

static int load(const char *path) {
  struct stat stat;
  int fd = open(path, O_RDONLY);
  if (fd < 0 || fstat(fd, &stat) != 0) {
    return -1;
  }
  disk_bytes = stat.st_size;
  disk = mmap(NULL, disk_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (disk == MAP_FAILED) {
    return -1;
  }
  for (size_t at = 0; at < disk_bytes;) {
    ssize_t count = read(fd, disk + at, disk_bytes - at);
    if (count <= 0) {
      return -1;
    }
    at += count;
  }
  return close(fd);
}

static int serve(const char *program, const char *mountpoint) {
  static const struct fuse_lowlevel_ops operations = {
      .lookup = look_up, .getattr = get_attributes, .open = open_disk, .read = read_disk};
  struct fuse_args arguments = FUSE_ARGS_INIT(0, NULL);
  struct fuse_loop_config loop = {.clone_fd = 0, .max_idle_threads = 16};
  int status = -1;
  fuse_opt_add_arg(&arguments, program);
  fuse_opt_add_arg(&arguments, "-osubtype=memory,ro");
  struct fuse_session *session =
      fuse_session_new(&arguments, &operations, sizeof operations, NULL);
  if (session && fuse_set_signal_handlers(session) == 0) {
    if (fuse_session_mount(session, mountpoint) == 0) {
      status = fuse_session_loop_mt(session, &loop);
      fuse_session_unmount(session);
    }
    fuse_remove_signal_handlers(session);
    fuse_session_destroy(session);
  }
  fuse_opt_free_args(&arguments);
  return status;
}

int main(int count, char **words) {
  if (count != 3) {
    fprintf(stderr, "Usage: %s FILE MOUNTPOINT\n", words[0]);
    return 2;
  }
  if (load(words[1]) != 0) {
    perror(words[1]);
    return 1;
  }
  return serve(words[0], words[2]) == 0 ? 0 : 1;
}
