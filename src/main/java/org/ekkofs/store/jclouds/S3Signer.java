package org.ekkofs.store.jclouds;

import com.google.common.base.Supplier;
import com.google.inject.Inject;
import com.google.inject.Provider;
import com.google.inject.name.Named;
import java.util.Date;
import java.util.HexFormat;
import org.jclouds.aws.domain.SessionCredentials;
import org.jclouds.crypto.Crypto;
import org.jclouds.date.TimeStamp;
import org.jclouds.domain.Credentials;
import org.jclouds.http.HttpRequest;
import org.jclouds.http.internal.SignatureWire;
import org.jclouds.io.Payload;
import org.jclouds.s3.filters.Aws4SignerForAuthorizationHeader;
import org.jclouds.s3.filters.RequestAuthorizeSignature;

/**
 * Signs requests with signatures of version 4. The library's signer formats times by what only one
 * thread may use, so every thread has one. What is uploaded was hashed before, and is signed for:
 * the server accepts nothing else.
 */
final class S3Signer implements RequestAuthorizeSignature {
  private final ThreadLocal<OneThread> signer;

  S3Signer(Provider<OneThread> signers) {
    signer = ThreadLocal.withInitial(signers::get);
  }

  @Override
  public HttpRequest filter(HttpRequest request) {
    return signer.get().sign(request);
  }

  @Override
  public HttpRequest signForTemporaryAccess(HttpRequest request, long seconds) {
    throw new UnsupportedOperationException("nothing is given away");
  }

  /** The library's signer, for one thread. */
  static final class OneThread extends Aws4SignerForAuthorizationHeader {
    @Inject
    OneThread(
        SignatureWire wire,
        @Named("jclouds.s3.virtual-host-buckets") boolean virtualHosts,
        @Named("jclouds.aws.header.tag") String headerTag,
        @org.jclouds.location.Provider Supplier<Credentials> credentials,
        @TimeStamp Supplier<Date> time,
        ServiceAndRegion serviceAndRegion,
        Crypto crypto) {
      super(wire, virtualHosts, headerTag, credentials, time, serviceAndRegion, crypto);
    }

    @Override
    protected HttpRequest sign(HttpRequest request) {
      return super.sign(request);
    }

    @Override
    protected String calculatePayloadContentHash(Payload payload) {
      return payload instanceof Upload upload
          ? HexFormat.of().formatHex(upload.hash())
          : super.calculatePayloadContentHash(payload);
    }
  }

  /** What the library calls credentials. */
  static Credentials credentials(S3Access access) {
    return access
        .sessionToken()
        .<Credentials>map(
            token ->
                SessionCredentials.builder()
                    .accessKeyId(access.accessKey())
                    .secretAccessKey(access.secretKey())
                    .sessionToken(token)
                    .build())
        .orElseGet(() -> new Credentials(access.accessKey(), access.secretKey()));
  }
}
