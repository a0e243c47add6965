package org.ekkofs.fuse;

/**
 * Where libfuse 3 keeps what the binding reads and writes.
 *
 * @param stat the layout of struct stat, part of {@link #entrySize fuse_entry_param}
 * @param noflushBit the bit of fuse_file_info's flags that spares the flush, or {@link #UNKNOWN}
 *     where releases differ in it; then it is not used
 */
record Fuse3Layout(StatLayout stat, int noflushBit) {
  static final int UNKNOWN = -1;

  /** fuse_file_info of every release fits; what is beyond its end stays zero. */
  static final int FILE_INFO_SIZE = 64;

  static final int FILE_FLAGS = 0;
  static final int FILE_BITS = 4;
  static final int FILE_HANDLE = 16;
  static final int DIRECT_IO_BIT = 1;
  static final int KEEP_CACHE_BIT = 2;

  static final int ENTRY_NODE = 0;
  static final int ENTRY_STAT = 16;

  static final int CONNECTION_MAX_READ = 12;
  static final int CONNECTION_WANT = 24;
  static final int CONNECTION_MAX_BACKGROUND = 28;
  static final int CONNECTION_CONGESTION = 32;

  /** FUSE_CAP_SPLICE_WRITE, _MOVE and _READ. */
  static final int SPLICE_CAPABILITIES = 7 << 7;

  /** fuse_buf, with the field that 3.17 added. */
  static final int BUFFER_SIZE = 48;

  static final int BUFFER_MEMORY = 16;
  static final int BUFFER_FD = 24;

  static final int FIRST_KNOWN = 308;
  static final int LAST_KNOWN = 318;
  static final int FIRST_VERSIONED = 317;
  static final int FIRST_WITH_CUSTOM_IO = 313;

  /** Where fuse_entry_param keeps attr_timeout; entry_timeout follows. */
  int entryTimeouts() {
    return ENTRY_STAT + stat.size();
  }

  /** sizeof(struct fuse_entry_param). */
  int entrySize() {
    return entryTimeouts() + 2 * Double.BYTES;
  }

  /** Whether fuse_session_custom_io takes three arguments and a struct that is known here. */
  static boolean customIoIsKnown(int version) {
    return version >= FIRST_WITH_CUSTOM_IO && version < FIRST_VERSIONED;
  }

  /** Whether programs call fuse_session_new_versioned. */
  static boolean versioned(int version) {
    return version >= FIRST_VERSIONED;
  }

  /**
   * The place of noflush: 3.14.0 and releases from 3.17 on have it as the eighth bit; those between
   * have another there, those before 3.11 do not know it.
   */
  static int noflushBit(int version, String release) {
    return version >= FIRST_VERSIONED || release.equals("3.14.0") ? 7 : UNKNOWN;
  }
}
