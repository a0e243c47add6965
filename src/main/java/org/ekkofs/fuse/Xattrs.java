package org.ekkofs.fuse;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import org.ekkofs.vfs.Errno;
import org.ekkofs.vfs.ErrnoException;
import org.ekkofs.vfs.Node;

/** Extended attributes in the form that the kernel wants them. */
final class Xattrs {
  private Xattrs() {}

  /**
   * The value of an attribute.
   *
   * @throws ErrnoException ENODATA if the node does not have it
   */
  static byte[] value(Node node, String name) {
    String value = node.extendedAttributes().get(name);
    if (value == null) {
      throw new ErrnoException(Errno.ENODATA);
    }
    return value.getBytes(StandardCharsets.UTF_8);
  }

  /** All names, each followed by a zero byte. */
  static byte[] names(Node node) {
    ByteArrayOutputStream names = new ByteArrayOutputStream();
    for (String name : node.extendedAttributes().keySet()) {
      names.writeBytes(name.getBytes(StandardCharsets.UTF_8));
      names.write(0);
    }
    return names.toByteArray();
  }
}
