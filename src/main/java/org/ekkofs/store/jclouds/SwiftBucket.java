package org.ekkofs.store.jclouds;

import com.google.common.collect.ImmutableMultimap;
import com.google.common.hash.HashCode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import okhttp3.OkHttpClient;
import org.ekkofs.store.ConnectionSettings;
import org.jclouds.blobstore.ContainerNotFoundException;
import org.jclouds.domain.Credentials;
import org.jclouds.http.options.GetOptions;
import org.jclouds.openstack.swift.v1.SwiftApi;
import org.jclouds.openstack.swift.v1.SwiftApiMetadata;
import org.jclouds.openstack.swift.v1.config.SwiftHttpApiModule;
import org.jclouds.openstack.swift.v1.config.SwiftTypeAdapters;
import org.jclouds.openstack.swift.v1.domain.ObjectList;
import org.jclouds.openstack.swift.v1.domain.SwiftObject;
import org.jclouds.openstack.swift.v1.features.ObjectApi;
import org.jclouds.openstack.swift.v1.options.ListContainerOptions;
import org.jclouds.openstack.swift.v1.options.PutOptions;
import org.jspecify.annotations.Nullable;

/**
 * A container of Swift. Creating an object if there is none is no mutual exclusion here: Swift
 * looks before it stores, and not again.
 */
final class SwiftBucket implements Bucket {
  private final String container;
  private final OkHttpClient http;
  private final SwiftApi api;
  private final ObjectApi objects;

  private SwiftBucket(String container, OkHttpClient http, SwiftApi api) {
    this.container = container;
    this.http = http;
    this.api = api;
    objects = api.getObjectApi(SwiftModule.REGION, container);
  }

  /** Logs in and makes what is needed to speak to the store. */
  static SwiftBucket of(String container, SwiftLogin login, ConnectionSettings settings) {
    boolean encrypted = HttpClients.encrypted(login.server());
    OkHttpClient http = HttpClients.create(settings, encrypted, login.authorities());
    SwiftSessions sessions = new SwiftSessions(login, http, Instant::now);
    if (!encrypted && HttpClients.encrypted(sessions.storage())) {
      HttpClients.close(http);
      http = HttpClients.create(settings, true, login.authorities());
    }
    SwiftApiMetadata metadata =
        new SwiftApiMetadata()
            .toBuilder()
                .defaultModules(Set.of(SwiftTypeAdapters.class, SwiftHttpApiModule.class))
                .build();
    SwiftApi api =
        Libraries.open(
            // The library wants some; the sessions know the real ones.
            Libraries.builder(metadata, new Credentials("-", "-")),
            SwiftApi.class,
            login.server(),
            settings,
            sessions.renewing(http),
            new Properties(),
            new SwiftModule(sessions));
    return new SwiftBucket(container, http, api);
  }

  @Override
  public boolean exists() {
    return objects.list(ListContainerOptions.Builder.limit(1)) != null;
  }

  @Override
  public void create() {
    api.getContainerApi(SwiftModule.REGION).create(container);
  }

  @Override
  public Optional<Answer> get(String key) {
    return answer(objects.get(key));
  }

  @Override
  public Optional<Answer> get(String key, long first, long last) {
    return answer(objects.get(key, GetOptions.Builder.range(first, last)));
  }

  private static Optional<Answer> answer(@Nullable SwiftObject object) {
    if (object == null) {
      return Optional.empty();
    }
    String range =
        object.getHeaders().entries().stream()
            .filter(header -> header.getKey().equalsIgnoreCase("content-range"))
            .map(header -> header.getValue())
            .findFirst()
            .orElse(null);
    try {
      return Optional.of(Answer.of(object.getPayload(), object.getETag(), range));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void put(String key, Upload upload) {
    objects.put(key, tagged(upload));
  }

  @Override
  public boolean createIfAbsent(String key, Upload upload) {
    try {
      objects.put(
          key,
          tagged(upload),
          PutOptions.Builder.headers(ImmutableMultimap.of("If-None-Match", "*")));
      return true;
    } catch (RuntimeException e) {
      if (Failures.status(e) == 412) {
        return false;
      }
      throw e;
    }
  }

  @Override
  public boolean createsOnlyIfAbsent() {
    return false;
  }

  /** Has the server compare what arrives. */
  private static Upload tagged(Upload upload) {
    upload.getContentMetadata().setContentMD5(HashCode.fromBytes(upload.hash()));
    return upload;
  }

  @Override
  public int deletedAtOnce() {
    return 1;
  }

  @Override
  public List<String> delete(List<String> keys) {
    keys.forEach(objects::delete);
    return List.of();
  }

  /** Pages are as long as the cluster likes, so that only an empty one is known to be the last. */
  @Override
  public Page list(String prefix, boolean deep, String after) {
    ListContainerOptions options = ListContainerOptions.Builder.prefix(prefix);
    if (!deep) {
      options.delimiter('/');
    }
    if (!after.isEmpty()) {
      options.marker(after);
    }
    ObjectList page = objects.list(options);
    if (page == null) {
      throw new ContainerNotFoundException(container, "there is no such container");
    }
    return Page.byName(page.stream().map(SwiftBucket::entry).toList(), !page.isEmpty());
  }

  private static Page.Entry entry(SwiftObject object) {
    if (object.getName().endsWith("/")) {
      return Page.Entry.prefix(object.getName());
    }
    Long length = object.getPayload().getContentMetadata().getContentLength();
    return Page.Entry.object(
        object.getName(), length == null ? 0 : length, object.getLastModified().toInstant());
  }

  @Override
  public void close() {
    try {
      api.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      HttpClients.close(http);
    }
  }
}
