package dev.lamina.analysis.depth;

import dev.lamina.Lamina;
import dev.lamina.analysis.data.CacheFolder;
import dev.lamina.analysis.data.DataConfig;
import dev.lamina.analysis.data.DataSource;
import dev.lamina.analysis.data.PreparedData;
import dev.lamina.analysis.data.SplitPlan;
import dev.lamina.analysis.data.TargetFunction;
import dev.lamina.analysis.network.BatchNorm;
import dev.lamina.analysis.network.DenseLayer;
import dev.lamina.analysis.network.Network;
import dev.lamina.analysis.network.Residual;
import dev.lamina.config.BackendChoice;
import dev.lamina.config.LaminaConfig;
import dev.lamina.kernel.Activation;
import dev.lamina.matrix.DType;
import dev.lamina.matrix.HostMatrix;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Data and networks without random numbers. */
final class GoldenNetworks {
  private GoldenNetworks() {}

  static Lamina open(int threads) {
    return Lamina.open(
        LaminaConfig.defaults().withBackend(BackendChoice.CPU).withCpuThreads(threads));
  }

  /** A function at equally spaced points, in float64. */
  static PreparedData curve(Lamina lamina, TargetFunction function, int rows) {
    return load(
        lamina,
        new DataSource.Curve(function, rows, function.from(), function.to()),
        DType.FLOAT64);
  }

  static PreparedData load(Lamina lamina, DataSource source, DType dtype) {
    DataConfig config =
        new DataConfig(
            source,
            new SplitPlan(Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty()),
            List.of());
    return PreparedData.load(config, CacheFolder.ofProcess(), 1, dtype, lamina.backend());
  }

  /** W[l]_ij = 0.5 sin(1 + 7l + 3i + 5j), b[l]_i = 0.2 cos(2 + 3l + i), layers from 0. */
  static Network sines(List<Integer> widths, boolean norm) {
    return sines(widths, norm, Residual.NONE);
  }

  /** The same, where hidden layers of as many outputs as inputs add what is in front of them. */
  static Network sines(List<Integer> widths, boolean norm, Residual residual) {
    List<DenseLayer> layers = new ArrayList<>();
    for (int l = 0; l + 1 < widths.size(); l++) {
      int outputs = widths.get(l + 1);
      HostMatrix w = HostMatrix.allocate(DType.FLOAT64, outputs, widths.get(l));
      HostMatrix b = HostMatrix.allocate(DType.FLOAT64, 1, outputs);
      for (int i = 0; i < outputs; i++) {
        b.set(0, i, 0.2 * Math.cos(2 + 3 * l + i));
        for (int j = 0; j < widths.get(l); j++) {
          w.set(i, j, 0.5 * Math.sin(1 + 7 * l + 3 * i + 5 * j));
        }
      }
      boolean output = l + 2 == widths.size();
      layers.add(
          new DenseLayer(
              w,
              Optional.of(b),
              norm && !output ? Optional.of(norm(outputs)) : Optional.empty(),
              output ? Activation.IDENTITY : Activation.Smooth.TANH,
              !output && outputs == widths.get(l) ? residual : Residual.NONE));
    }
    return new Network(layers);
  }

  private static BatchNorm norm(int units) {
    HostMatrix one = HostMatrix.allocate(DType.FLOAT64, 1, units);
    one.fill(1);
    return new BatchNorm(
        one,
        HostMatrix.allocate(DType.FLOAT64, 1, units),
        HostMatrix.allocate(DType.FLOAT64, 1, units),
        one.copy(DType.FLOAT64),
        1e-5);
  }
}
