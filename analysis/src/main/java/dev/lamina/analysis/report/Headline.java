package dev.lamina.analysis.report;

/**
 * One of the numbers that a reader should take home.
 *
 * @param label what it is, in a few words
 * @param value the number as it is to be read, with unit and honest precision, such as {@code 98.7
 *     %}
 * @param note one line that gives it a scale: the interval, the reference, the setting
 */
public record Headline(String label, String value, String note) {}
