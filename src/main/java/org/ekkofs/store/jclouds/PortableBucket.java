package org.ekkofs.store.jclouds;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import okhttp3.OkHttpClient;
import org.ekkofs.store.ConnectionSettings;
import org.jclouds.ContextBuilder;
import org.jclouds.blobstore.BlobStore;
import org.jclouds.blobstore.BlobStoreContext;
import org.jclouds.blobstore.domain.Blob;
import org.jclouds.blobstore.domain.PageSet;
import org.jclouds.blobstore.domain.StorageMetadata;
import org.jclouds.blobstore.domain.StorageType;
import org.jclouds.blobstore.options.GetOptions;
import org.jclouds.blobstore.options.ListContainerOptions;
import org.jspecify.annotations.Nullable;

/**
 * A bucket of any store that jclouds reaches, by what all of them can do. Nothing there creates an
 * object only if there is none, so it looks first and then stores.
 */
final class PortableBucket implements Bucket {
  private final String bucket;
  private final OkHttpClient http;
  private final BlobStoreContext context;
  private final BlobStore store;

  private PortableBucket(String bucket, OkHttpClient http, BlobStoreContext context) {
    this.bucket = bucket;
    this.http = http;
    this.context = context;
    this.store = context.getBlobStore();
  }

  /** Makes what is needed to speak to the store. */
  static PortableBucket of(String bucket, PortableAccess access, ConnectionSettings settings) {
    boolean encrypted = access.endpoint().map(HttpClients::encrypted).orElse(true);
    OkHttpClient http = HttpClients.create(settings, encrypted, access.authorities());
    ContextBuilder builder =
        ContextBuilder.newBuilder(access.provider())
            .credentials(access.identity(), access.credential());
    return new PortableBucket(
        bucket,
        http,
        Libraries.prepare(builder, access.endpoint(), settings, http, new Properties())
            .buildView(BlobStoreContext.class));
  }

  @Override
  public boolean exists() {
    return store.containerExists(bucket);
  }

  @Override
  @SuppressWarnings("NullAway")
  public void create() {
    store.createContainerInLocation(null, bucket);
  }

  @Override
  public Optional<Answer> get(String key) {
    return answer(store.getBlob(bucket, key));
  }

  @Override
  public Optional<Answer> get(String key, long first, long last) {
    return answer(store.getBlob(bucket, key, GetOptions.Builder.range(first, last)));
  }

  private static Optional<Answer> answer(@Nullable Blob blob) {
    if (blob == null) {
      return Optional.empty();
    }
    String range =
        blob.getAllHeaders().entries().stream()
            .filter(header -> header.getKey().equalsIgnoreCase("content-range"))
            .map(header -> header.getValue())
            .findFirst()
            .orElse(null);
    try {
      return Optional.of(Answer.of(blob.getPayload(), null, range));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void put(String key, Upload upload) {
    store.putBlob(bucket, store.blobBuilder(key).payload(upload).build());
  }

  @Override
  public boolean createIfAbsent(String key, Upload upload) {
    if (store.blobExists(bucket, key)) {
      return false;
    }
    put(key, upload);
    return true;
  }

  @Override
  public boolean createsOnlyIfAbsent() {
    return false;
  }

  @Override
  public int deletedAtOnce() {
    return 1;
  }

  @Override
  public List<String> delete(List<String> keys) {
    keys.forEach(key -> store.removeBlob(bucket, key));
    return List.of();
  }

  @Override
  public Page list(String prefix, boolean deep, String after) {
    ListContainerOptions options = ListContainerOptions.Builder.prefix(prefix);
    if (deep) {
      options.recursive();
    } else {
      options.delimiter("/");
    }
    if (!after.isEmpty()) {
      options.afterMarker(after);
    }
    PageSet<? extends StorageMetadata> page = store.list(bucket, options);
    return new Page(
        page.stream().map(PortableBucket::entry).toList(),
        page.getNextMarker() != null,
        Optional.ofNullable(page.getNextMarker()));
  }

  private static Page.Entry entry(StorageMetadata object) {
    String name = object.getName();
    if (object.getType() != StorageType.BLOB) {
      return Page.Entry.prefix(name.endsWith("/") ? name : name + "/");
    }
    return Page.Entry.object(
        name,
        object.getSize() == null ? 0 : object.getSize(),
        object.getLastModified() == null ? Instant.EPOCH : object.getLastModified().toInstant());
  }

  @Override
  public void close() {
    try {
      context.close();
    } finally {
      HttpClients.close(http);
    }
  }
}
