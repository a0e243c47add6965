package org.ekkofs.model;

/**
 * What a backup amounts to, in bytes unless said otherwise.
 *
 * @param diskBytes size of the disk
 * @param dataBytes what its blocks take that are not all zero
 * @param newBytes what of these this snapshot had to store, before compression
 * @param storedBytes what the chunks it stored take in the store
 * @param newChunks how many chunks it stored
 */
public record BackupFigures(
    long diskBytes, long dataBytes, long newBytes, long storedBytes, long newChunks) {}
