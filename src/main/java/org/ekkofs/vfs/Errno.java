package org.ekkofs.vfs;

/** The Linux error numbers that nodes answer with, besides those of the model's errors. */
public enum Errno {
  EPERM(1),
  ENOENT(2),
  EINTR(4),
  EIO(5),
  ENXIO(6),
  EACCES(13),
  EBUSY(16),
  EEXIST(17),
  ENOTDIR(20),
  EISDIR(21),
  EINVAL(22),
  EFBIG(27),
  ENOSPC(28),
  EROFS(30),
  ENOSYS(38),
  ENODATA(61),
  EOPNOTSUPP(95),
  ESTALE(116);

  private final int number;

  Errno(int number) {
    this.number = number;
  }

  /** The positive number, as in errno(3). */
  public int number() {
    return number;
  }
}
