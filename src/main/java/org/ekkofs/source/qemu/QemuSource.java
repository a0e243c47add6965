package org.ekkofs.source.qemu;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.ekkofs.model.NotFoundException;
import org.ekkofs.source.ForwardingSource;
import org.ekkofs.source.nbd.ChangeContext;
import org.ekkofs.source.nbd.NbdSource;

/** A chain of images as a disk, and the server of our own that reads it, which ends with it. */
public final class QemuSource extends ForwardingSource {
  private final QemuNbd server;

  private QemuSource(NbdSource disk, QemuNbd server) {
    super(disk);
    this.server = server;
  }

  /**
   * Starts a server for the chain and connects to it.
   *
   * @param secretFile what opens encrypted images, byte by byte
   * @param context what shall tell of changes
   * @throws NotFoundException if there is no such file
   * @throws org.ekkofs.model.FailedException if the server is missing or cannot open the images
   * @throws org.ekkofs.model.CancelledException if the thread is interrupted
   */
  public static QemuSource open(
      ImageChain chain, Optional<Path> secretFile, Optional<ChangeContext> context) {
    String description = chain.top().file().toString();
    QemuNbd server = QemuNbd.start(description, words(chain, secretFile, context));
    try {
      return new QemuSource(NbdSource.open(server.export(), context), server);
    } catch (RuntimeException | Error e) {
      server.close();
      throw e;
    }
  }

  private static List<String> words(
      ImageChain chain, Optional<Path> secretFile, Optional<ChangeContext> context) {
    secretFile.ifPresent(
        file -> {
          if (!Files.isReadable(file)) {
            throw new NotFoundException("the secret file " + file + " cannot be read");
          }
        });
    List<String> words = new ArrayList<>(ImageDescription.arguments(secretFile));
    if (context.isPresent() && context.get() instanceof ChangeContext.DirtyBitmap bitmap) {
      words.add("--bitmap=" + bitmap.bitmap());
    } else if (context.isPresent()) {
      words.add("--allocation-depth");
    }
    words.add(ImageDescription.fileName(chain));
    return words;
  }

  @Override
  public void close() {
    try {
      super.close();
    } finally {
      server.close();
    }
  }
}
