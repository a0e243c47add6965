package org.ekkofs.testing;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;

/**
 * A request or an answer of HTTP 1.1 as it goes over the wire.
 *
 * @param head its first line and its fields, up to and with the empty line
 * @param body what follows, chunks with their frames
 */
record HttpMessage(String head, byte[] body) {
  private static final String END_OF_LINE = "\r\n";
  private static final String END_OF_HEAD = END_OF_LINE + END_OF_LINE;
  private static final int MAX_HEAD = 64 << 10;

  /** Reads what a client asks; empty where it asks nothing more. */
  static Optional<HttpMessage> request(InputStream in) throws IOException {
    String head = head(in);
    return head.isEmpty() ? Optional.empty() : Optional.of(new HttpMessage(head, body(head, in)));
  }

  /** Reads the answer to a request. */
  static HttpMessage answer(InputStream in, HttpMessage request) throws IOException {
    String head = head(in);
    if (head.isEmpty()) {
      throw new EOFException("no answer");
    }
    boolean bare = request.method().equals("HEAD") || head.matches("(?s)HTTP/1.1 (1..|204|304).*");
    return new HttpMessage(head, bare ? new byte[0] : body(head, in));
  }

  /** An answer of an S3 server to what it did not do. */
  static HttpMessage error(String status, String code) {
    byte[] body =
        ("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>%s</Code>"
                + "<Message>as the test wants it</Message></Error>")
            .formatted(code)
            .getBytes(StandardCharsets.UTF_8);
    String head =
        String.join(
            END_OF_LINE,
            "HTTP/1.1 " + status,
            "Content-Type: application/xml",
            "Content-Length: " + body.length);
    return new HttpMessage(head + END_OF_HEAD, body);
  }

  /** What is asked: GET, PUT ... */
  String method() {
    return head.substring(0, head.indexOf(' '));
  }

  /** What for, with the query. */
  String path() {
    return head.split(" ", 3)[1];
  }

  /** The answer's number. */
  int status() {
    return Integer.parseInt(head.split(" ", 3)[1]);
  }

  /** A field's value, if there is one. */
  Optional<String> field(String name) {
    return field(head, name);
  }

  /** The same with nothing to be said to a HEAD request. */
  HttpMessage withoutBody() {
    return new HttpMessage(head, new byte[0]);
  }

  /** Writes the head, and so much of the body. */
  void write(OutputStream out, int length) throws IOException {
    out.write(head.getBytes(StandardCharsets.ISO_8859_1));
    out.write(body, 0, length);
    out.flush();
  }

  private static String head(InputStream in) throws IOException {
    StringBuilder head = new StringBuilder();
    while (!head.toString().endsWith(END_OF_HEAD)) {
      String line = line(in);
      if (line.isEmpty() || head.length() > MAX_HEAD) {
        return "";
      }
      head.append(line);
    }
    return head.toString();
  }

  /** With its end; empty where nothing comes any more. */
  private static String line(InputStream in) throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    int next;
    do {
      next = in.read();
      if (next < 0) {
        return "";
      }
      line.write(next);
    } while (next != '\n');
    return line.toString(StandardCharsets.ISO_8859_1);
  }

  private static byte[] body(String head, InputStream in) throws IOException {
    if (field(head, "Transfer-Encoding").isPresent()) {
      return chunks(in);
    }
    Optional<String> length = field(head, "Content-Length");
    if (length.isPresent()) {
      return exactly(in, Integer.parseInt(length.get()));
    }
    return head.startsWith("HTTP/") ? in.readAllBytes() : new byte[0];
  }

  private static byte[] chunks(InputStream in) throws IOException {
    ByteArrayOutputStream chunks = new ByteArrayOutputStream();
    int length;
    do {
      String size = line(in);
      length = Integer.parseInt(size.split("[;\r]")[0], 16);
      chunks.write(size.getBytes(StandardCharsets.ISO_8859_1));
      chunks.write(exactly(in, length + END_OF_LINE.length()));
    } while (length > 0);
    return chunks.toByteArray();
  }

  private static byte[] exactly(InputStream in, int length) throws IOException {
    byte[] bytes = in.readNBytes(length);
    if (bytes.length < length) {
      throw new EOFException("%d of %d bytes".formatted(bytes.length, length));
    }
    return bytes;
  }

  private static Optional<String> field(String head, String name) {
    String begin = name.toLowerCase(Locale.ROOT) + ":";
    return head.lines()
        .filter(line -> line.toLowerCase(Locale.ROOT).startsWith(begin))
        .map(line -> line.substring(begin.length()).strip())
        .findFirst();
  }
}
