package org.ekkofs.model;

/**
 * An object as a commit record vouches for it.
 *
 * @param sha256 digest of the bytes as stored
 * @param length how many bytes are stored
 * @param rawLength how many there are once decompressed; bounds the decompression
 */
public record StoredObject(Digest sha256, long length, long rawLength) {}
