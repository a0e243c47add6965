package org.ekkofs.store;

import org.ekkofs.model.RepositoryDescriptor;

/**
 * What turns content into the bytes that may leave this machine, and back. Safe for use by many
 * threads.
 *
 * <p>What is sealed belongs to its key: under another one it does not open.
 */
public interface ObjectSeal {
  /** Of repositories that are not encrypted: changes nothing. */
  ObjectSeal NONE =
      new ObjectSeal() {
        @Override
        public byte[] seal(ObjectKey key, byte[] content) {
          return content;
        }

        @Override
        public byte[] open(ObjectKey key, byte[] sealed) {
          return sealed;
        }
      };

  /** The bytes to store under this key; others each time. */
  byte[] seal(ObjectKey key, byte[] content);

  /**
   * The content of what is stored under this key.
   *
   * @throws org.ekkofs.model.CorruptException if these bytes were not sealed for it
   */
  byte[] open(ObjectKey key, byte[] sealed);

  /**
   * The descriptor as it is to be stored: with the proof, where there are keys, that whoever wrote
   * it had them. To be asked for whenever it changes.
   */
  default RepositoryDescriptor prove(RepositoryDescriptor descriptor) {
    return descriptor;
  }

  /** What a store seals its objects with. */
  static ObjectSeal of(ObjectStore store) {
    return store instanceof ObjectSeal seal ? seal : NONE;
  }
}
