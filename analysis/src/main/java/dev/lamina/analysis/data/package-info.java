/**
 * Data sets: where they come from, how they are fetched, split, preprocessed and summarised.
 *
 * <p>Rows and columns are counted from 0 in all messages about matrices, lines and columns of text
 * files from 1.
 */
package dev.lamina.analysis.data;
