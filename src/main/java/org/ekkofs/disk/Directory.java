package org.ekkofs.disk;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.ekkofs.model.Digest;
import org.ekkofs.model.SegmentSize;

/** The directory of a cache on the disk: what lies in which extent. Written by one thread. */
final class Directory {
  private static final int RECORDS_AT_ONCE = 8192;

  private final FileExtents file;
  private final ByteBuffer records =
      ByteBuffer.allocateDirect(Extents.forBytes(SegmentSize.MAX_BYTES) * DirectoryRecord.BYTES);

  Directory(FileExtents file) {
    this.file = file;
  }

  /** A segment that the directory says is there. */
  record Entry(DirectoryRecord first, Place place, PageSums sums) {}

  /** Says what lies in some extents; the bytes must be there already. */
  void write(long number, SegmentData data, Place place, PageSums sums) throws IOException {
    int[] extents = place.extents();
    for (int ordinal = 0; ordinal < extents.length; ) {
      int first = extents[ordinal];
      records.clear();
      do {
        new DirectoryRecord(data.digest(), number, data.shape(), ordinal).encode(records, sums);
        ordinal++;
      } while (ordinal < extents.length && extents[ordinal] == extents[ordinal - 1] + 1);
      file.write((long) first * DirectoryRecord.BYTES, records.flip());
    }
  }

  /** Collects the records of one entry. */
  private static final class Gathered {
    private final DirectoryRecord first;
    private final int[] extents;
    private final int[] sums;
    private int missing;

    Gathered(DirectoryRecord record) {
      int bytes = record.shape().dataBytes();
      first = record;
      extents = new int[Extents.forBytes(bytes)];
      sums = new int[(bytes + PageSums.PAGE - 1) / PageSums.PAGE];
      missing = extents.length;
      Arrays.fill(extents, -1);
    }

    void add(DirectoryRecord record, int extent, ByteBuffer bytes, int at) {
      if (!record.shape().equals(first.shape()) || extents[record.ordinal()] >= 0) {
        return;
      }
      extents[record.ordinal()] = extent;
      missing--;
      int page = record.ordinal() * PageSums.PER_EXTENT;
      for (int n = 0; n < PageSums.PER_EXTENT && page + n < sums.length; n++) {
        sums[page + n] = bytes.getInt(at + DirectoryRecord.SUMS + n * Integer.BYTES);
      }
    }

    Entry entry() {
      return new Entry(first, new Place(extents), PageSums.found(first.segment(), sums));
    }
  }

  private record Key(Digest segment, long number) {}

  /**
   * Reads the directory.
   *
   * @param extents how many extents the cache has now; what lies in others is left out
   * @return whole entries, oldest first
   */
  List<Entry> read(int extents) throws IOException {
    Map<Key, Gathered> found = new HashMap<>();
    int records = (int) Math.min(extents, file.length() / DirectoryRecord.BYTES);
    ByteBuffer bytes = ByteBuffer.allocate(RECORDS_AT_ONCE * DirectoryRecord.BYTES);
    for (int from = 0; from < records; from += RECORDS_AT_ONCE) {
      int count = Math.min(RECORDS_AT_ONCE, records - from);
      file.read((long) from * DirectoryRecord.BYTES, count * DirectoryRecord.BYTES, bytes.clear());
      for (int n = 0; n < count; n++) {
        gather(found, from + n, bytes, n * DirectoryRecord.BYTES);
      }
    }
    return newest(found);
  }

  private static void gather(Map<Key, Gathered> found, int extent, ByteBuffer bytes, int at) {
    DirectoryRecord.decode(bytes, at)
        .ifPresent(
            record ->
                found
                    .computeIfAbsent(
                        new Key(record.segment(), record.number()), key -> new Gathered(record))
                    .add(record, extent, bytes, at));
  }

  private static List<Entry> newest(Map<Key, Gathered> found) {
    Map<Digest, Entry> newest = new HashMap<>();
    for (Gathered gathered : found.values()) {
      if (gathered.missing == 0) {
        newest.merge(gathered.first.segment(), gathered.entry(), Directory::newer);
      }
    }
    List<Entry> entries = new ArrayList<>(newest.values());
    entries.sort(Comparator.comparingLong(entry -> entry.first().number()));
    return entries;
  }

  private static Entry newer(Entry one, Entry other) {
    return one.first().number() > other.first().number() ? one : other;
  }
}
