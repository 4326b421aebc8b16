package dev.lamina.benchmarks;

import dev.lamina.backend.Availability;
import dev.lamina.backend.Backend;
import dev.lamina.backend.BackendId;
import dev.lamina.backend.BackendProvider;
import dev.lamina.backend.BackendSelector;
import dev.lamina.config.LaminaConfig;
import dev.lamina.kernel.Kernel;
import dev.lamina.matrix.DType;
import dev.lamina.matrix.DeviceMatrix;
import dev.lamina.matrix.HostMatrix;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.random.RandomGenerator;

/**
 * Entries in float64 to measure errors against: by the {@code cpu} backend, or, where there is
 * none, by the device itself in float64.
 */
final class Reference implements AutoCloseable {
  private static final int SAMPLED = 64;

  private final Backend measured;
  private final Optional<Backend> own;

  private Reference(Backend measured, Optional<Backend> own) {
    this.measured = measured;
    this.own = own;
  }

  static Reference open(Backend measured, LaminaConfig config) {
    if (measured.id() != BackendId.CPU) {
      for (BackendProvider provider : BackendSelector.providers()) {
        if (provider.id() == BackendId.CPU
            && provider.probe(config) instanceof Availability.Available) {
          return new Reference(measured, Optional.of(provider.open(config)));
        }
      }
    }
    return new Reference(measured, Optional.empty());
  }

  /** Says what computes. */
  String description() {
    return own.isPresent()
        ? "the cpu backend in float64"
        : measured.id() == BackendId.CPU
            ? "the same backend in float64"
            : "the same device in float64: there is no cpu backend here";
  }

  /** Returns what computes in float64. */
  Backend backend() {
    return own.orElse(measured);
  }

  /**
   * Measures the errors of kernel matrices of the first rows.
   *
   * @param computed N×N each
   * @param inputs the inputs
   */
  Errors errors(Map<Kernel, DeviceMatrix> computed, Inputs inputs) {
    return computed.entrySet().stream()
        .map(e -> errors(e.getKey(), e.getValue(), inputs))
        .reduce(Errors::and)
        .orElseThrow();
  }

  private Errors errors(Kernel kernel, DeviceMatrix computed, Inputs inputs) {
    int n = Math.toIntExact(computed.rows());
    int sampled = Math.min(SAMPLED, n);
    RandomGenerator random = Inputs.random(2);
    int[] rows = random.ints(sampled, 0, n).toArray();
    int[] cols = random.ints(sampled, 0, n).toArray();
    int pairs = inputs.pairs(n);
    int[] even = new int[pairs];
    int[] odd = new int[pairs];
    for (int p = 0; p < pairs; p++) {
      even[p] = 2 * p;
      odd[p] = 2 * p + 1;
    }
    double whole = worst(kernel, computed, inputs, rows, cols, false);
    double parallel = worst(kernel, computed, inputs, odd, even, true);
    return new Errors(whole, OptionalDouble.of(parallel));
  }

  /** Compares the entries of some rows and columns, or only the p-th of the p-th row. */
  private double worst(
      Kernel kernel,
      DeviceMatrix computed,
      Inputs inputs,
      int[] rows,
      int[] cols,
      boolean matched) {
    double worst = 0;
    try (HostMatrix x = inputs.gather(rows);
        HostMatrix z = inputs.gather(cols);
        HostMatrix want = HostMatrix.allocate(DType.FLOAT64, rows.length, cols.length);
        HostMatrix selfX = HostMatrix.allocate(DType.FLOAT64, rows.length, 1);
        HostMatrix selfZ = HostMatrix.allocate(DType.FLOAT64, cols.length, 1);
        HostMatrix got = HostMatrix.allocate(computed.dtype(), 1, computed.cols())) {
      backend().gram().compute(kernel, x, z, want);
      backend().gram().diagonal(kernel, x, selfX);
      backend().gram().diagonal(kernel, z, selfZ);
      for (int i = 0; i < rows.length; i++) {
        measured.download(computed.rows(rows[i], rows[i] + 1L), got);
        for (int j = matched ? i : 0; j < (matched ? i + 1 : cols.length); j++) {
          double scale = Math.sqrt(selfX.get(i, 0)) * Math.sqrt(selfZ.get(j, 0));
          double error = Math.abs(got.get(0, cols[j]) - want.get(i, j)) / scale;
          worst = Math.max(worst, error); // hands a NaN on
        }
      }
    }
    return worst;
  }

  @Override
  public void close() {
    own.ifPresent(Backend::close);
  }
}
