package dev.lamina.benchmarks;

import dev.lamina.matrix.DType;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;

/** Collects what belongs to a figure. */
final class FigureBuilder {
  /** Who did it, see {@link Figure#by}. */
  static final String LAMINA = "lamina";

  static final String LIBRARY = "library";

  private final String suite;
  private final String work;
  private final DType dtype;
  private final Spread milliseconds;
  private final Map<String, Long> sizes = new LinkedHashMap<>();
  private final List<Ratio> ratios = new ArrayList<>();
  private String by = LAMINA;
  private OptionalDouble operations = OptionalDouble.empty();
  private OptionalDouble bytes = OptionalDouble.empty();
  private OptionalDouble share = OptionalDouble.empty();
  private OptionalDouble floor = OptionalDouble.empty();
  private OptionalDouble error = OptionalDouble.empty();
  private OptionalDouble parallelError = OptionalDouble.empty();
  private long peakBytes;
  private Map<String, Double> launches = Map.of();
  private String note = "";

  FigureBuilder(String suite, String work, DType dtype, Spread milliseconds) {
    this.suite = suite;
    this.work = work;
    this.dtype = dtype;
    this.milliseconds = milliseconds;
  }

  FigureBuilder(Suite suite, String work, DType dtype, Spread milliseconds) {
    this(suite.id(), work, dtype, milliseconds);
  }

  FigureBuilder by(String who) {
    by = who;
    return this;
  }

  FigureBuilder size(String letter, long value) {
    sizes.put(letter, value);
    return this;
  }

  /** Adds the ratio to another contender of the same rounds, if it was one. */
  FigureBuilder against(Rounds.Times times, String name, String other) {
    return against(times, name, other, other);
  }

  /**
   * Adds the ratio to another contender of the same rounds, if it was one.
   *
   * @param times the rounds
   * @param name this contender
   * @param other the other one
   * @param to what the ratio calls it: who did the same work, or the work
   */
  FigureBuilder against(Rounds.Times times, String name, String other, String to) {
    if (!other.equals(name) && times.has(other)) {
      ratios.add(times.ratio(name, other, to));
    }
    return this;
  }

  /**
   * Sets operations, bytes, share and floor of arithmetic work.
   *
   * @param count floating-point operations
   * @param ceiling operations a second of the unit, 10¹²; empty if not measured
   * @param moved bytes that must be moved
   * @param bandwidth 10⁹ bytes a second; empty if not measured
   */
  FigureBuilder arithmetic(
      double count, OptionalDouble ceiling, double moved, OptionalDouble bandwidth) {
    operations = OptionalDouble.of(count);
    bytes = OptionalDouble.of(moved);
    if (ceiling.isPresent()) {
      double rate = count / milliseconds.median() / 1e9;
      share = OptionalDouble.of(rate / ceiling.getAsDouble());
      double moving = bandwidth.isPresent() ? moved / bandwidth.getAsDouble() / 1e6 : 0;
      floor = OptionalDouble.of(Math.max(count / ceiling.getAsDouble() / 1e9, moving));
    }
    return this;
  }

  /**
   * Sets bytes, share and floor of work that moves bytes.
   *
   * @param moved how many
   * @param bandwidth 10⁹ bytes a second; empty if not measured
   */
  FigureBuilder moving(double moved, OptionalDouble bandwidth) {
    bytes = OptionalDouble.of(moved);
    if (bandwidth.isPresent()) {
      floor = OptionalDouble.of(moved / bandwidth.getAsDouble() / 1e6);
      share = OptionalDouble.of(floor.getAsDouble() / milliseconds.median());
    }
    return this;
  }

  /**
   * Sets the errors.
   *
   * @throws IllegalStateException if they are not finite
   */
  FigureBuilder errors(Errors errors) {
    if (!Double.isFinite(errors.random()) || !Double.isFinite(errors.parallel().orElse(0))) {
      throw new IllegalStateException(
          "%s: entries are not finite or not written; errors %s".formatted(work, errors));
    }
    error = OptionalDouble.of(errors.random());
    parallelError = errors.parallel();
    return this;
  }

  FigureBuilder peak(long most) {
    peakBytes = most;
    return this;
  }

  /** Sets the peak of memory and the times of device functions, and notes the Java heap. */
  FigureBuilder last(LastRun run) {
    peakBytes = run.peakBytes();
    launches = run.launches();
    return note(run.heap(1));
  }

  FigureBuilder note(String text) {
    note = note.isEmpty() ? text : text.isEmpty() ? note : note + "; " + text;
    return this;
  }

  Figure build() {
    return new Figure(
        suite,
        work,
        by,
        dtype.name().toLowerCase(Locale.ROOT),
        sizes,
        milliseconds,
        operations,
        bytes,
        share,
        floor,
        error,
        parallelError,
        peakBytes,
        ratios,
        launches,
        note);
  }
}
