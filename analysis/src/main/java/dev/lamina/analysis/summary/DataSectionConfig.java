package dev.lamina.analysis.summary;

/**
 * What the data section of a study shows.
 *
 * @param pictures how many samples are shown as pictures if rows are images, ≥ 0
 * @param pairs how many random pairs of training samples the angle histogram counts, ≥ 0
 */
record DataSectionConfig(int pictures, int pairs) {}
