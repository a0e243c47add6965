package org.ekkofs.restore;

import java.io.IOException;
import java.io.Reader;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.ekkofs.backup.Progress;

/**
 * What qemu-img says: lines, and with {@code -p} how far it has come, as {@code (12.34/100%)}, each
 * time over what it said before. For one thread.
 */
final class QemuImgOutput {
  private static final Pattern PERCENT = Pattern.compile("\\(([0-9]{1,3}\\.[0-9]{1,6})/100%\\)");
  private static final String NAME = "qemu-img: ";
  private static final int MAX_LINE = 2000;

  private final long totalBytes;
  private final Progress progress;
  private final StringBuilder line = new StringBuilder();
  private long doneBytes;
  private String message = "";

  private QemuImgOutput(long totalBytes, Progress progress) {
    this.totalBytes = totalBytes;
    this.progress = progress;
  }

  /** Reads all there is, and passes on how far it has come. */
  static QemuImgOutput read(Reader reader, long totalBytes, Progress progress) throws IOException {
    QemuImgOutput output = new QemuImgOutput(totalBytes, progress);
    for (int next = reader.read(); next >= 0; next = reader.read()) {
      if (next == '\n' || next == '\r') {
        output.endLine();
      } else if (output.line.length() < MAX_LINE) {
        output.line.append((char) next);
      }
    }
    output.endLine();
    return output;
  }

  private void endLine() {
    String text = line.toString().strip();
    line.setLength(0);
    Matcher percent = PERCENT.matcher(text);
    if (percent.matches()) {
      done((long) (totalBytes * (Double.parseDouble(percent.group(1)) / 100)));
    } else if (message.isEmpty()) {
      message = text.startsWith(NAME) ? text.substring(NAME.length()) : text;
    }
  }

  private void done(long bytes) {
    long now = Math.max(doneBytes, Math.min(totalBytes, bytes));
    progress.advance(now - doneBytes);
    doneBytes = now;
  }

  /** Passes on that all is done. */
  void finish() {
    done(totalBytes);
  }

  /** The first line that says something, without the program's name; empty if there was none. */
  String message() {
    return message;
  }
}
