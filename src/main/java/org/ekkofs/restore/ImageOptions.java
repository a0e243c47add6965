package org.ekkofs.restore;

import org.ekkofs.source.ImageFormat;

/**
 * How to restore to an image.
 *
 * @param format what kind of image
 * @param compress whether to compress what is in it
 * @param force whether an existing file may be replaced
 * @param verify whether to compare the image with the backup
 */
public record ImageOptions(ImageFormat format, boolean compress, boolean force, boolean verify) {}
