package dev.lamina.analysis.report;

/**
 * A paragraph.
 *
 * @param text plain text
 */
public record Note(String text) implements Block {}
