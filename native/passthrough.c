/*
 * What FUSE passthrough needs beyond libfuse 3.13 to 3.16, which do not know it: the kernel reads an
 * open file from a file of this machine, in place of asking us (Linux 6.9 and later, root).
 *
 * - When the connection begins, the kernel offers passthrough in its INIT request, and the reply must
 *   accept it. libfuse writes that reply without; so requests and replies of a session go through the
 *   two functions below (fuse_session_custom_io), which remember the offer and add the acceptance.
 * - A file that the kernel may read is registered with the connection, which gives it a number.
 * - The reply to an open request names that number.
 *
 * The layouts are those of the kernel's interface, which is the same on every architecture and never
 * changes; <linux/fuse.h> is not used because the one that is installed is often older than the kernel.
 * Java calls the functions that are not static; none keeps state of its own.
 */
#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

enum { OPCODE_INIT = 26 };

/* Bits of flags, and of flags2, which counts if the first is set in flags. */
static const uint32_t INIT_EXT = UINT32_C(1) << 30;
static const uint32_t INIT2_PASSTHROUGH = UINT32_C(1) << 5;

/* Files of other file systems are accepted, but not those that lie on yet another (overlays). */
enum { MAX_STACK_DEPTH = 1 };

/* Bits of the reply to an open request. The kernel refuses others beside the first. */
static const uint32_t OPEN_NOFLUSH = UINT32_C(1) << 5;
static const uint32_t OPEN_PASSTHROUGH = UINT32_C(1) << 7;

struct request_header {
    uint32_t length;
    uint32_t opcode;
    uint64_t unique;
    uint64_t node;
    uint32_t uid;
    uint32_t gid;
    uint32_t pid;
    uint32_t padding;
};

struct init_request {
    struct request_header header;
    uint32_t major;
    uint32_t minor;
    uint32_t max_readahead;
    uint32_t flags;
    uint32_t flags2;
};

struct reply_header {
    uint32_t length;
    int32_t error;
    uint64_t unique;
};

struct init_reply {
    uint32_t major;
    uint32_t minor;
    uint32_t max_readahead;
    uint32_t flags;
    uint16_t max_background;
    uint16_t congestion_threshold;
    uint32_t max_write;
    uint32_t time_granularity;
    uint16_t max_pages;
    uint16_t map_alignment;
    uint32_t flags2;
    uint32_t max_stack_depth;
};

struct open_reply {
    uint64_t handle;
    uint32_t flags;
    int32_t backing;
};

struct backing_map {
    int32_t descriptor;
    uint32_t flags;
    uint64_t padding;
};

#define BACKING_OPEN _IOW(229, 1, struct backing_map)
#define BACKING_CLOSE _IOW(229, 2, uint32_t)

_Static_assert(offsetof(struct init_request, flags2) == 56, "the kernel's struct fuse_init_in");
_Static_assert(offsetof(struct init_reply, max_stack_depth) == 36, "the kernel's fuse_init_out");
_Static_assert(sizeof(struct open_reply) == 16, "the kernel's struct fuse_open_out");

/*
 * What is known of a session: its user data, all zero before it is mounted. Written by the one thread
 * that serves the INIT request, before there is any other request; the kernel orders the rest.
 */
struct session {
    uint64_t init; /* the number of the INIT request that offers passthrough; 0 before and after */
    int32_t agreed;
    int32_t padding;
};

_Static_assert(sizeof(struct session) == 16, "as Java allocates it");

/* libfuse's struct fuse_custom_io; later releases have more functions, which may be missing. */
struct custom_io {
    ssize_t (*writev)(int, struct iovec *, int, void *);
    ssize_t (*read)(int, void *, size_t, void *);
    void (*others[6])(void);
};

/* Receives a request; remembers which is the INIT request, if it offers passthrough. */
static ssize_t receive_request(int descriptor, void *buffer, size_t size, void *user_data)
{
    ssize_t length = read(descriptor, buffer, size);
    struct session *session = user_data;
    struct init_request request;

    if (length >= (ssize_t) sizeof request) {
        memcpy(&request, buffer, sizeof request);
        if (request.header.opcode == OPCODE_INIT && (request.flags & INIT_EXT) != 0
            && (request.flags2 & INIT2_PASSTHROUGH) != 0) {
            __atomic_store_n(&session->init, request.header.unique, __ATOMIC_RELEASE);
        }
    }
    return length;
}

/* Whether this is the reply to the request, and says that all is well. */
static int accepts(const struct iovec *parts, int count, uint64_t unique)
{
    struct reply_header header;

    if (count < 2 || parts[0].iov_len != sizeof header
        || parts[1].iov_len < sizeof(struct init_reply)) {
        return 0;
    }
    memcpy(&header, parts[0].iov_base, sizeof header);
    return header.unique == unique && header.error == 0;
}

/* Sends a reply; adds to that of the INIT request that passthrough is accepted. */
static ssize_t send_reply(int descriptor, struct iovec *parts, int count, void *user_data)
{
    struct session *session = user_data;
    uint64_t init = __atomic_load_n(&session->init, __ATOMIC_ACQUIRE);
    struct init_reply reply;
    ssize_t sent;

    if (init == 0 || !accepts(parts, count, init)) {
        return writev(descriptor, parts, count);
    }
    memcpy(&reply, parts[1].iov_base, sizeof reply);
    reply.flags |= INIT_EXT;
    reply.flags2 |= INIT2_PASSTHROUGH;
    reply.max_stack_depth = MAX_STACK_DEPTH;
    memcpy(parts[1].iov_base, &reply, sizeof reply);
    __atomic_store_n(&session->init, 0, __ATOMIC_RELEASE);
    sent = writev(descriptor, parts, count);
    __atomic_store_n(&session->agreed, sent > 0, __ATOMIC_RELEASE);
    return sent;
}

/* What fuse_session_custom_io is to be given. */
const void *ekkofs_custom_io(void)
{
    static const struct custom_io io = {.writev = send_reply, .read = receive_request};
    return &io;
}

/* Whether the kernel has offered passthrough and was told that it is accepted. */
int ekkofs_passthrough_agreed(const void *user_data)
{
    const struct session *session = user_data;
    return __atomic_load_n(&session->agreed, __ATOMIC_ACQUIRE);
}

/*
 * Lets the kernel read an open file; its descriptor may be closed afterwards. Gives the file's number
 * with this connection, which is positive, or a negative errno.
 */
int ekkofs_backing_open(int connection, int descriptor)
{
    struct backing_map map = {.descriptor = descriptor};
    int number = ioctl(connection, BACKING_OPEN, &map);
    return number < 0 ? -errno : number;
}

/* Takes the number back; files that were opened with it can still be read. */
int ekkofs_backing_close(int connection, int number)
{
    uint32_t backing = (uint32_t) number;
    return ioctl(connection, BACKING_CLOSE, &backing) < 0 ? -errno : 0;
}

/* Writes the 16 bytes of a reply that has an open file read from a registered one. */
void ekkofs_open_reply(void *target, uint64_t handle, int number)
{
    struct open_reply reply = {
        .handle = handle, .flags = OPEN_PASSTHROUGH | OPEN_NOFLUSH, .backing = number};
    memcpy(target, &reply, sizeof reply);
}
