package dev.lamina.benchmarks.report;

import dev.lamina.analysis.report.NumberTexts;
import dev.lamina.benchmarks.BackendResult;
import dev.lamina.benchmarks.Ceilings;
import java.util.OptionalDouble;
import java.util.stream.Stream;

/** In what the operations of a backend are counted: processors in 10⁹, GPUs in 10¹² a second. */
enum RateUnit {
  GIGA("GFLOP/s", 1000),
  TERA("TFLOP/s", 1);

  private static final double FAST_TERAFLOPS = 10;

  private final String text;
  private final double perTeraflops;

  RateUnit(String text, double perTeraflops) {
    this.text = text;
    this.perTeraflops = perTeraflops;
  }

  static RateUnit of(BackendResult backend) {
    Ceilings c = backend.ceilings();
    return Stream.of(c.float32(), c.float64(), c.tf32())
            .anyMatch(rate -> rate.orElse(0) >= FAST_TERAFLOPS)
        ? TERA
        : GIGA;
  }

  /** Returns a rate in this unit. */
  double of(double teraflops) {
    return teraflops * perTeraflops;
  }

  /** Returns its name. */
  String text() {
    return text;
  }

  /** Returns a rate with its unit; empty if there is none. */
  String text(OptionalDouble teraflops) {
    return teraflops.isPresent()
        ? NumberTexts.rounded(of(teraflops.getAsDouble()), 3) + " " + text
        : "";
  }
}
