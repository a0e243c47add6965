package org.ekkofs.source.nbd;

import org.ekkofs.model.InvalidException;

/** What QEMU calls a metadata context, and which of its numbers say that a range has changed. */
public sealed interface ChangeContext {
  /** The name that the server knows it by. */
  String name();

  /** Whether a range of this number may differ from the parent. */
  boolean isChanged(int number);

  /**
   * A dirty bitmap: what is dirty has changed.
   *
   * @param bitmap its name in the image, or in the server
   */
  record DirtyBitmap(String bitmap) implements ChangeContext {
    @Override
    public String name() {
      return "qemu:dirty-bitmap:" + bitmap;
    }

    @Override
    public boolean isChanged(int number) {
      return number != 0;
    }
  }

  /**
   * The depth at which a range is allocated in a chain of images: what the uppermost ones hold has
   * changed.
   *
   * @param layers how many images, counted from the one that is served; at least one
   */
  record AllocationDepth(int layers) implements ChangeContext {
    /** Checked. */
    public AllocationDepth {
      if (layers < 1) {
        throw new InvalidException("a chain of " + layers + " images holds no changes");
      }
    }

    @Override
    public String name() {
      return "qemu:allocation-depth";
    }

    @Override
    public boolean isChanged(int number) {
      return number != 0 && Integer.compareUnsigned(number, layers) <= 0;
    }
  }
}
