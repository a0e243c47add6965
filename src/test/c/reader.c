/*
 * Reads a file and says how long that took: cheap, so that it is the server that is measured.
 *
 *   reader sequential|random buffered|direct FILE OFFSET LENGTH BLOCK COUNT
 *
 * reads COUNT blocks of BLOCK bytes within LENGTH bytes from OFFSET on: one after the other, around
 * again at the end, or at random places, the same at each run. Prints the seconds that took.
 *
 *   reader evict FILE
 *
 * has the kernel forget what it holds of FILE.
 *
 *   reader seek FILE COUNT
 *
 * looks for data at COUNT random places. Prints the seconds that took.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static const char *path;

static void fail(const char *what) {
  fprintf(stderr, "reader: %s: %s: %s\n", path, what, strerror(errno));
  exit(1);
}

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec + time.tv_nsec / 1e9;
}

static uint64_t next(uint64_t *state) {
  *state ^= *state << 13;
  *state ^= *state >> 7;
  *state ^= *state << 17;
  return *state;
}

static int open_file(int flags) {
  int fd = open(path, O_RDONLY | flags);
  if (fd < 0) {
    fail("open");
  }
  return fd;
}

static void evict(void) {
  int fd = open_file(0);
  if (posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED) != 0) {
    fail("fadvise");
  }
  close(fd);
}

static void read_blocks(int random, int flags, char **numbers) {
  off_t start = atoll(numbers[0]);
  size_t block = atoll(numbers[2]);
  long places = atoll(numbers[1]) / block;
  long count = atol(numbers[3]);
  uint64_t state = 88172645463325252;
  void *buffer;
  int fd = open_file(flags);
  if (posix_memalign(&buffer, 4096, block) != 0) {
    fail("memory");
  }
  memset(buffer, 0, block);
  double begun = now();
  for (long at = 0; at < count; at++) {
    long place = (long)(random ? next(&state) >> 1 : (uint64_t)at) % places;
    if (pread(fd, buffer, block, start + place * block) != (ssize_t)block) {
      fail("read");
    }
  }
  printf("%.6f\n", now() - begun);
}

static void seek(long count) {
  struct stat stat;
  uint64_t state = 88172645463325252;
  int fd = open_file(0);
  if (fstat(fd, &stat) != 0) {
    fail("stat");
  }
  double begun = now();
  for (long at = 0; at < count; at++) {
    if (lseek(fd, next(&state) % stat.st_size, SEEK_DATA) < 0 && errno != ENXIO) {
      fail("seek");
    }
  }
  printf("%.6f\n", now() - begun);
}

int main(int count, char **words) {
  const char *what = count > 1 ? words[1] : "";
  if (count == 3 && strcmp(what, "evict") == 0) {
    path = words[2];
    evict();
  } else if (count == 4 && strcmp(what, "seek") == 0) {
    path = words[2];
    seek(atol(words[3]));
  } else if (count == 8) {
    path = words[3];
    read_blocks(strcmp(what, "random") == 0, strcmp(words[2], "direct") == 0 ? O_DIRECT : 0,
                words + 4);
  } else {
    fprintf(stderr, "Usage: see reader.c\n");
    return 2;
  }
  return 0;
}
