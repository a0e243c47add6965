package org.ekkofs.fuse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Holds every offset that the bindings use against the C headers, where they are installed. */
class LayoutTest {
  @TempDir Path directory;

  /** C expressions, and what they must be. */
  private final List<String> expressions = new ArrayList<>();

  private final List<Long> expected = new ArrayList<>();

  private void expect(String expression, long value) {
    expressions.add(expression);
    expected.add(value);
  }

  private void offset(String struct, String field, long value) {
    expect("offsetof(struct %s, %s)".formatted(struct, field), value);
  }

  private void check(String include, String before, String directory) throws Exception {
    assumeTrue(Shell.has("cc"), "there is no C compiler");
    assumeTrue(Files.isRegularFile(Path.of("/usr/include", directory, include)), "no headers");
    StringBuilder program = new StringBuilder(before);
    program.append("#define _FILE_OFFSET_BITS 64\n#include <stddef.h>\n#include <stdio.h>\n");
    program.append("#include <string.h>\n#include <signal.h>\n#include <sys/stat.h>\n");
    program.append("#include <sys/statvfs.h>\n#include <sys/vfs.h>\n");
    program.append("#include <%s>\n".formatted(include));
    program.append("#define BIT(field) bit_##field()\n");
    for (String field : List.of("direct_io", "keep_cache")) {
      program.append(bitFunction(field));
    }
    if (include.equals("fuse_lowlevel.h")) {
      program.append("#if FUSE_VERSION == 314 || FUSE_VERSION >= 317\n");
      program.append(bitFunction("noflush")).append("#endif\n");
    }
    program.append("int main(void) {\n");
    expressions.forEach(e -> program.append("printf(\"%%ld\\n\", (long) (%s));\n".formatted(e)));
    program.append("return 0; }\n");
    Path source = this.directory.resolve("layout.c");
    Path binary = this.directory.resolve("layout");
    Files.writeString(source, program);
    Shell.Result compiled =
        Shell.run("cc", "-I/usr/include/" + directory, "-o", binary.toString(), source.toString());
    assertThat(compiled.output()).isEmpty();
    List<Long> actual = Shell.run(binary.toString()).output().lines().map(Long::parseLong).toList();
    for (int i = 0; i < expressions.size(); i++) {
      assertThat(actual.get(i)).as(expressions.get(i)).isEqualTo(expected.get(i));
    }
  }

  /** A C function that finds out which bit of the whole struct a bit field is. */
  private static String bitFunction(String field) {
    return """
        static long bit_%1$s(void) {
          struct fuse_file_info fi; memset(&fi, 0, sizeof fi); fi.%1$s = 1;
          for (long i = 0; i < (long) sizeof fi * 8; i++)
            if (((unsigned char *) &fi)[i / 8] >> (i %% 8) & 1) return i;
          return -1;
        }
        """
        .formatted(field);
  }

  private void expectCommon() {
    StatLayout stat = StatLayout.ofThisMachine().orElseThrow();
    expect("sizeof(struct stat)", stat.size());
    offset("stat", "st_mode", stat.mode());
    offset("stat", "st_nlink", stat.links());
    expect("sizeof(((struct stat *) 0)->st_nlink)", stat.linksSize());
    offset("stat", "st_uid", stat.uid());
    offset("stat", "st_gid", stat.uid() + 4);
    offset("stat", "st_ino", StatLayout.INODE);
    offset("stat", "st_size", StatLayout.SIZE);
    offset("stat", "st_blksize", StatLayout.BLOCK_SIZE);
    offset("stat", "st_blocks", StatLayout.BLOCKS);
    offset("stat", "st_atim", StatLayout.ACCESSED);
    offset("stat", "st_mtim", StatLayout.MODIFIED);
    offset("stat", "st_ctim", StatLayout.CHANGED);
    expect("sizeof(struct statvfs)", StatvfsLayout.SIZE);
    offset("statvfs", "f_bsize", StatvfsLayout.BLOCK_SIZE);
    offset("statvfs", "f_frsize", StatvfsLayout.FRAGMENT_SIZE);
    offset("statvfs", "f_blocks", StatvfsLayout.BLOCKS);
    offset("statvfs", "f_files", StatvfsLayout.FILES);
    offset("statvfs", "f_namemax", StatvfsLayout.NAME_MAX);
    expect("sizeof(struct statfs) <= 256", 1);
    expect("sizeof(struct sigaction)", 152);
    offset("sigaction", "sa_handler", 0);
    expect("sizeof(struct fuse_args)", Arguments.SIZE);
    offset("fuse_args", "argc", Arguments.COUNT);
    offset("fuse_args", "argv", Arguments.VALUES);
    offset("fuse_buf", "mem", LibFuse2.BUFFER_MEMORY);
    offset("fuse_buf", "fd", LibFuse2.BUFFER_FD);
    offset("fuse_buf", "size", LibFuse2.BUFFER_LENGTH);
    offset("fuse_buf", "flags", LibFuse2.BUFFER_FLAGS);
  }

  @Test
  void layoutsOfLibfuse3AreThoseOfItsHeaders() throws Exception {
    Fuse3Library library = Fuse3Library.load().orElse(null);
    assumeTrue(library != null, "libfuse 3 is not installed");
    Fuse3Layout layout = library.layout();
    expectCommon();
    expect("FUSE_VERSION", library.version());
    expect("sizeof(struct fuse_buf) <= %d".formatted(Fuse3Layout.BUFFER_SIZE), 1);
    offset("fuse_buf", "mem", Fuse3Layout.BUFFER_MEMORY);
    offset("fuse_buf", "fd", Fuse3Layout.BUFFER_FD);
    expect("sizeof(struct fuse_file_info) <= %d".formatted(Fuse3Layout.FILE_INFO_SIZE), 1);
    offset("fuse_file_info", "flags", Fuse3Layout.FILE_FLAGS);
    offset("fuse_file_info", "fh", Fuse3Layout.FILE_HANDLE);
    int bits = Fuse3Layout.FILE_BITS * 8;
    expect("BIT(direct_io)", bits + Fuse3Layout.DIRECT_IO_BIT);
    expect("BIT(keep_cache)", bits + Fuse3Layout.KEEP_CACHE_BIT);
    if (layout.noflushBit() != Fuse3Layout.UNKNOWN) {
      expect("BIT(noflush)", bits + layout.noflushBit());
    }
    expect("sizeof(struct fuse_entry_param)", layout.entrySize());
    offset("fuse_entry_param", "ino", Fuse3Layout.ENTRY_NODE);
    offset("fuse_entry_param", "attr", Fuse3Layout.ENTRY_STAT);
    offset("fuse_entry_param", "attr_timeout", layout.entryTimeouts());
    offset("fuse_entry_param", "entry_timeout", layout.entryTimeouts() + 8);
    offset("fuse_conn_info", "max_read", Fuse3Layout.CONNECTION_MAX_READ);
    offset("fuse_conn_info", "want", Fuse3Layout.CONNECTION_WANT);
    offset("fuse_conn_info", "max_background", Fuse3Layout.CONNECTION_MAX_BACKGROUND);
    offset("fuse_conn_info", "congestion_threshold", Fuse3Layout.CONNECTION_CONGESTION);
    expect(
        "FUSE_CAP_SPLICE_READ | FUSE_CAP_SPLICE_WRITE | FUSE_CAP_SPLICE_MOVE",
        Fuse3Layout.SPLICE_CAPABILITIES);
    expect("sizeof(struct fuse_lowlevel_ops) >= %d".formatted(LibFuse3.Slot.structSize()), 1);
    if (Fuse3Layout.customIoIsKnown(library.version())) {
      // As native/passthrough.c has it: two functions that it gives, and room for six more.
      offset("fuse_custom_io", "writev", 0);
      offset("fuse_custom_io", "read", 8);
      expect("sizeof(struct fuse_custom_io) <= 64", 1);
    }
    for (LibFuse3.Slot slot : LibFuse3.Slot.values()) {
      offset("fuse_lowlevel_ops", slot.name().toLowerCase(Locale.ROOT), slot.offset());
    }
    check("fuse_lowlevel.h", "#define FUSE_USE_VERSION 35\n", "fuse3");
  }

  @Test
  void layoutsOfLibfuse2AreThoseOfItsHeaders() throws Exception {
    assumeTrue(Fuse2Library.load().isPresent(), "libfuse 2 is not installed");
    expectCommon();
    expect("sizeof(struct fuse_buf)", LibFuse2.BUFFER_SIZE);
    expect("sizeof(struct fuse_operations)", LibFuse2.OPERATIONS_SIZE);
    offset("fuse_operations", "bmap", LibFuse2.OPERATIONS_FLAGS - 8);
    offset("fuse_operations", "ioctl", LibFuse2.OPERATIONS_FLAGS + 8);
    offset("fuse_operations", "read", LibFuse2.OPERATIONS_READ);
    offset("fuse_file_info", "fh", LibFuse2.FILE_HANDLE);
    offset("fuse_operations", "write_buf", LibFuse2.OPERATIONS_WRITE_BUF);
    offset("fuse_operations", "read_buf", LibFuse2.OPERATIONS_READ_BUF);
    expect("BIT(direct_io)", LibFuse2.FILE_BITS * 8 + LibFuse2.DIRECT_IO_BIT);
    expect("BIT(keep_cache)", LibFuse2.FILE_BITS * 8 + LibFuse2.KEEP_CACHE_BIT);
    check("fuse.h", "#define FUSE_USE_VERSION 29\n", "fuse");
  }

  @Test
  void noflushIsUsedOnlyWhereItsPlaceIsKnown() {
    assertThat(Fuse3Layout.noflushBit(310, "3.10.5")).isEqualTo(Fuse3Layout.UNKNOWN);
    assertThat(Fuse3Layout.noflushBit(314, "3.14.0")).isEqualTo(7);
    assertThat(Fuse3Layout.noflushBit(316, "3.16.2")).isEqualTo(Fuse3Layout.UNKNOWN);
    assertThat(Fuse3Layout.noflushBit(317, "3.17.4")).isEqualTo(7);
  }
}
