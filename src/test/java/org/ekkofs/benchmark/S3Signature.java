package org.ekkofs.benchmark;

import java.net.URI;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HexFormat;
import java.util.Map;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Signs requests without queries by Signature Version 4, and does not hash what they carry. */
final class S3Signature {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);
  private static final String PAYLOAD = "UNSIGNED-PAYLOAD";
  private static final String HEADERS = "host;x-amz-content-sha256;x-amz-date";

  private final String accessKey;
  private final String secretKey;
  private final String region;

  /** With the credentials of an environment. */
  S3Signature(Map<String, String> environment) {
    accessKey = environment.get("AWS_ACCESS_KEY_ID");
    secretKey = environment.get("AWS_SECRET_ACCESS_KEY");
    region = environment.get("AWS_REGION");
  }

  HttpRequest.Builder request(String method, URI address) {
    String time = TIME.format(Instant.now());
    String day = time.substring(0, 8);
    String scope = "%s/%s/s3/aws4_request".formatted(day, region);
    String request =
        String.join(
            "\n",
            method,
            address.getRawPath(),
            "",
            "host:" + address.getAuthority(),
            "x-amz-content-sha256:" + PAYLOAD,
            "x-amz-date:" + time,
            "",
            HEADERS,
            PAYLOAD);
    try {
      String toSign = String.join("\n", "AWS4-HMAC-SHA256", time, scope, sha256(request));
      byte[] key = ("AWS4" + secretKey).getBytes(StandardCharsets.UTF_8);
      for (String part : new String[] {day, region, "s3", "aws4_request"}) {
        key = hmac(key, part);
      }
      return HttpRequest.newBuilder(address)
          .header("x-amz-content-sha256", PAYLOAD)
          .header("x-amz-date", time)
          .header(
              "Authorization",
              "AWS4-HMAC-SHA256 Credential=%s/%s, SignedHeaders=%s, Signature=%s"
                  .formatted(
                      accessKey, scope, HEADERS, HexFormat.of().formatHex(hmac(key, toSign))));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String sha256(String text) throws GeneralSecurityException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
  }

  private static byte[] hmac(byte[] key, String text) throws GeneralSecurityException {
    Mac mac = Mac.getInstance("HmacSHA256");
    mac.init(new SecretKeySpec(key, "HmacSHA256"));
    return mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
  }
}
