package org.ekkofs.store;

import java.util.regex.Pattern;
import org.ekkofs.model.InvalidException;
import org.ekkofs.model.Names;

/**
 * Where objects lie in a remote store.
 *
 * @param scheme which kind of store: {@code s3}, {@code swift} ...
 * @param bucket the bucket or container
 * @param prefix what all keys begin with: whole parts, each followed by a slash; or empty
 */
public record BucketAddress(String scheme, String bucket, String prefix) {
  private static final Pattern BUCKET = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,254}");

  /**
   * Checks bucket and prefix.
   *
   * @throws InvalidException if one of them cannot be one
   */
  public BucketAddress {
    if (!BUCKET.matcher(bucket).matches()) {
      throw new InvalidException(
          "\"" + Names.printable(bucket) + "\" cannot be the name of a bucket or container");
    }
    if (!prefix.isEmpty()) {
      new ObjectKey(prefix + "x");
    }
  }

  /**
   * Reads what follows the two slashes: {@code bucket[/prefix]}.
   *
   * @throws InvalidException if it cannot be that
   */
  public static BucketAddress parse(String scheme, String text) {
    int slash = text.indexOf('/');
    String bucket = slash < 0 ? text : text.substring(0, slash);
    String prefix = slash < 0 ? "" : text.substring(slash + 1).replaceAll("/+$", "");
    return new BucketAddress(scheme, bucket, prefix.isEmpty() ? "" : prefix + "/");
  }

  @Override
  public String toString() {
    return scheme + "://" + bucket + (prefix.isEmpty() ? "" : "/" + prefix.replaceAll("/$", ""));
  }
}
