package org.ekkofs.store;

import java.time.Instant;

/** An object as a listing shows it: key, length in bytes, time it was written. */
public record ObjectInfo(ObjectKey key, long length, Instant modified) {}
