package dev.lamina.benchmarks.report;

import dev.lamina.analysis.report.Column;
import dev.lamina.analysis.report.Headline;
import dev.lamina.analysis.report.Table;
import dev.lamina.benchmarks.Target;
import java.util.Arrays;
import java.util.List;

/** What was to be reached and what was. */
final class TargetTable {
  private TargetTable() {}

  static Table of(List<Target> targets, Shortfalls shortfalls) {
    return new Table(
        "targets",
        "Wanted and measured",
        "What was to be reached, decided before it was measured, and what this run reached.",
        List.of(
            Column.of("backend"),
            Column.of("work"),
            Column.of("wanted"),
            Column.of("measured").digits(3),
            Column.of("unit"),
            Column.of("met"),
            Column.of("explanation")),
        targets.stream().map(target -> row(target, shortfalls)).toList());
  }

  private static List<Object> row(Target target, Shortfalls shortfalls) {
    return Arrays.asList(
        target.backend(),
        target.work(),
        (target.atMost() ? "≤ " : "≥ ") + FigureTexts.number(target.wanted(), 4),
        target.measured().isPresent() ? (Object) target.measured().getAsDouble() : null,
        target.unit(),
        target.measured().isEmpty() ? "not measured" : target.met() ? "yes" : "no",
        shortfalls.of(target));
  }

  /** Returns how many were met. */
  static Headline headline(List<Target> targets) {
    long measured = targets.stream().filter(t -> t.measured().isPresent()).count();
    long met = targets.stream().filter(Target::met).count();
    return new Headline(
        "Targets met",
        met + " of " + measured,
        measured == targets.size()
            ? "all measured"
            : targets.size() - measured + " not measured in this run");
  }
}
