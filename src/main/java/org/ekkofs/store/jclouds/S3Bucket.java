package org.ekkofs.store.jclouds;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Pattern;
import okhttp3.OkHttpClient;
import okhttp3.Response;
import org.ekkofs.model.InvalidException;
import org.ekkofs.store.ConnectionSettings;
import org.jclouds.domain.Credentials;
import org.jclouds.http.options.GetOptions;
import org.jclouds.s3.S3ApiMetadata;
import org.jclouds.s3.S3Client;
import org.jclouds.s3.domain.DeleteResult;
import org.jclouds.s3.domain.ListBucketResponse;
import org.jclouds.s3.domain.ObjectMetadata;
import org.jclouds.s3.domain.S3Object;
import org.jclouds.s3.options.ListBucketOptions;
import org.jclouds.s3.options.PutObjectOptions;
import org.jspecify.annotations.Nullable;

/** A bucket of a store that speaks S3, addressed by path. */
final class S3Bucket implements Bucket {
  private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]");
  private static final int PAGE = 1000;
  private static final int DELETED_AT_ONCE = 1000;
  private static final String SWIFT = "X-Openstack-Request-Id";
  private static final Set<String> FAILURES_BY_KEY = Set.of("NoSuchKey", "NoSuchVersion");

  /** The tag of an object that the store has encrypted by a key of its own is no hash. */
  private static final List<String> NO_HASH =
      List.of(
          "x-amz-server-side-encryption-aws-kms-key-id",
          "x-amz-server-side-encryption-customer-algorithm");

  private final String bucket;
  private final OkHttpClient http;
  private final S3Client client;

  /** Whether it was seen that Swift is behind it, which cannot keep writers apart. */
  private final AtomicBoolean swift;

  /** Cleared when the store does not know conditions. */
  private volatile boolean conditional = true;

  private S3Bucket(String bucket, OkHttpClient http, S3Client client, AtomicBoolean swift) {
    this.bucket = bucket;
    this.http = http;
    this.client = client;
    this.swift = swift;
  }

  /** Makes what is needed to speak to the store, without doing so. */
  static S3Bucket of(String bucket, S3Access access, ConnectionSettings settings) {
    if (!NAME.matcher(bucket).matches()) {
      throw new InvalidException(
          "\"%s\" cannot be the name of a bucket of S3: it is 3 to 63 small letters, digits, dots and hyphens"
              .formatted(bucket));
    }
    AtomicBoolean swift = new AtomicBoolean();
    OkHttpClient http =
        HttpClients.create(settings, HttpClients.encrypted(access.endpoint()), access.authorities())
            .newBuilder()
            .addInterceptor(chain -> looked(chain.proceed(chain.request()), swift))
            .build();
    Properties properties = new Properties();
    properties.setProperty("jclouds.s3.signer-version", "4");
    S3ApiMetadata.Builder<?, ?> metadata =
        (S3ApiMetadata.Builder<?, ?>) new S3ApiMetadata().toBuilder().defaultModules(Set.of());
    Credentials credentials = S3Signer.credentials(access);
    return new S3Bucket(
        bucket,
        http,
        Libraries.open(
            Libraries.builder(metadata.build(), credentials),
            S3Client.class,
            access.endpoint(),
            settings,
            http,
            properties,
            new S3Module(access)),
        swift);
  }

  private static Response looked(Response response, AtomicBoolean swift) {
    if (response.header(SWIFT) != null) {
      swift.set(true);
    }
    return response;
  }

  @Override
  public boolean exists() {
    try {
      listed(ListBucketOptions.Builder.maxResults(1));
      return true;
    } catch (RuntimeException e) {
      if (Failures.saysNotFound(e)) {
        return false;
      }
      throw e;
    }
  }

  @Override
  @SuppressWarnings("NullAway")
  public void create() {
    client.putBucketInRegion(null, bucket);
  }

  @Override
  public Optional<Answer> get(String key) {
    return answer(client.getObject(bucket, key));
  }

  @Override
  public Optional<Answer> get(String key, long first, long last) {
    return answer(client.getObject(bucket, key, GetOptions.Builder.range(first, last)));
  }

  private static Optional<Answer> answer(@Nullable S3Object object) {
    if (object == null) {
      return Optional.empty();
    }
    boolean hashed = NO_HASH.stream().noneMatch(name -> header(object, name).isPresent());
    try {
      return Optional.of(
          Answer.of(
              object.getPayload(),
              hashed ? object.getMetadata().getETag() : null,
              header(object, "content-range").orElse(null)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Optional<String> header(S3Object object, String name) {
    return object.getAllHeaders().entries().stream()
        .filter(header -> header.getKey().equalsIgnoreCase(name))
        .map(header -> header.getValue())
        .findFirst();
  }

  @Override
  public void put(String key, Upload upload) {
    client.putObject(bucket, object(key, upload));
  }

  @Override
  public boolean createIfAbsent(String key, Upload upload) {
    try {
      client.putObject(bucket, object(key, upload), new IfAbsent());
      return true;
    } catch (RuntimeException e) {
      int status = Failures.status(e);
      if (status == 412) {
        return false;
      }
      conditional &= status != Failures.UNKNOWN_REQUEST;
      throw e;
    }
  }

  @Override
  public boolean createsOnlyIfAbsent() {
    return conditional && !swift.get();
  }

  private S3Object object(String key, Upload upload) {
    S3Object object = client.newS3Object();
    object.getMetadata().setKey(key);
    object.setPayload(upload);
    return object;
  }

  @Override
  public int deletedAtOnce() {
    return DELETED_AT_ONCE;
  }

  @Override
  public List<String> delete(List<String> keys) {
    if (keys.size() == 1) {
      client.deleteObject(bucket, keys.get(0));
      return List.of();
    }
    DeleteResult result;
    try {
      result = client.deleteObjects(bucket, keys);
    } catch (RuntimeException e) {
      if (Failures.saysUnknownRequest(e)) {
        return keys;
      }
      throw e;
    }
    return keys.stream().filter(key -> !isGone(result, key)).toList();
  }

  private static boolean isGone(DeleteResult result, String key) {
    DeleteResult.Error error = result.getErrors().get(key);
    return error == null
        ? result.getDeleted().contains(key)
        : FAILURES_BY_KEY.contains(error.getCode());
  }

  @Override
  public Page list(String prefix, boolean deep, String after) {
    ListBucketOptions options = ListBucketOptions.Builder.maxResults(PAGE).withPrefix(prefix);
    if (!deep) {
      options.delimiter("/");
    }
    if (!after.isEmpty()) {
      options.afterMarker(after);
    }
    ListBucketResponse response = listed(options);
    List<Page.Entry> entries = new ArrayList<>();
    response.getCommonPrefixes().forEach(name -> entries.add(Page.Entry.prefix(name)));
    response.forEach(object -> entries.add(entry(object)));
    return Page.byName(entries, response.isTruncated());
  }

  /** What is no listing is read by the library as an empty one, but has no name. */
  private ListBucketResponse listed(ListBucketOptions options) {
    ListBucketResponse response = client.listBucket(bucket, options);
    if (!bucket.equals(response.getName())) {
      throw new UncheckedIOException(new IOException("what came is no listing of the bucket"));
    }
    return response;
  }

  private static Page.Entry entry(ObjectMetadata object) {
    Long length = object.getContentMetadata().getContentLength();
    return Page.Entry.object(
        object.getKey(),
        length == null ? 0 : length,
        object.getLastModified() == null ? Instant.EPOCH : object.getLastModified().toInstant());
  }

  @Override
  public void close() {
    try {
      client.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      HttpClients.close(http);
    }
  }

  /** Has the server look first, which S3 does in one step with storing. */
  private static final class IfAbsent extends PutObjectOptions {
    private IfAbsent() {
      headers.put("If-None-Match", "*");
    }
  }
}
