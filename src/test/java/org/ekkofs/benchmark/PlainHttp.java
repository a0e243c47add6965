package org.ekkofs.benchmark;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.function.BiFunction;

/**
 * Puts and gets objects by the JDK's HTTP client and nothing else: no retries, nothing compared or
 * hashed. Safe for use by many threads.
 */
final class PlainHttp {
  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final String bucket;
  private final BiFunction<String, URI, HttpRequest.Builder> authorised;

  /**
   * A way to a bucket.
   *
   * @param bucket its address, without a slash at its end
   * @param authorised makes requests of a method for an address that are allowed
   */
  PlainHttp(String bucket, BiFunction<String, URI, HttpRequest.Builder> authorised) {
    this.bucket = bucket;
    this.authorised = authorised;
  }

  private HttpRequest.Builder request(String method, String key) {
    return authorised.apply(method, URI.create(bucket + "/" + key));
  }

  void put(String key, byte[] bytes) {
    HttpRequest.BodyPublisher body = HttpRequest.BodyPublishers.ofByteArray(bytes);
    send(request("PUT", key).PUT(body).build());
  }

  byte[] get(String key) {
    return send(request("GET", key).GET().build());
  }

  private byte[] send(HttpRequest request) {
    try {
      HttpResponse<byte[]> answer = client.send(request, HttpResponse.BodyHandlers.ofByteArray());
      if (answer.statusCode() / 100 != 2) {
        throw new IllegalStateException(request + ": status " + answer.statusCode());
      }
      return answer.body();
    } catch (IOException e) {
      throw new IllegalStateException(request + ": " + e, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
