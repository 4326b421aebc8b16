package dev.lamina.analysis.curvature;

import dev.lamina.analysis.embedding.Perceptron;
import dev.lamina.analysis.embedding.Stage;
import dev.lamina.analysis.sparsity.Lbfgs;
import dev.lamina.analysis.sparsity.LbfgsSettings;
import dev.lamina.analysis.sparsity.Objective;
import dev.lamina.analysis.training.Owned;
import dev.lamina.backend.Backend;
import dev.lamina.matrix.DType;
import dev.lamina.matrix.DeviceMatrix;
import dev.lamina.matrix.HostMatrix;
import dev.lamina.ops.DenseGradient;
import dev.lamina.ops.DenseParameters;
import dev.lamina.ops.LayerOps;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Goes downhill by L-BFGS, for networks whose Hessian is too large to be stored. */
final class Descent implements Objective, AutoCloseable {
  private final Backend backend;
  private final Risk risk;
  private final Perceptron start;
  private final Owned owned = new Owned();
  private final DeviceMatrix x;
  private final DeviceMatrix y;
  private final DeviceMatrix losses;
  private final List<DeviceMatrix> z = new ArrayList<>();
  private final List<DeviceMatrix> a = new ArrayList<>();
  private final List<DeviceMatrix> error = new ArrayList<>();
  private final List<DeviceMatrix> kept = new ArrayList<>();

  private Descent(Backend backend, Perceptron start, Risk risk) {
    this.backend = backend;
    this.risk = risk;
    this.start = start;
    this.x = upload(risk.x().getData());
    this.y = upload(risk.y().getData());
    this.losses = matrix(1);
    for (Stage stage : start.stages()) {
      z.add(matrix(stage.outputs()));
      a.add(matrix(stage.outputs()));
      error.add(matrix(stage.outputs()));
      kept.add(stage.bridged() ? matrix(stage.outputs()) : error.getLast());
    }
  }

  /** Returns the network where the descent ends. */
  static Perceptron from(Backend backend, Perceptron start, Risk risk, int steps) {
    try (Descent descent = new Descent(backend, start, risk)) {
      List<DeviceMatrix> point = new ArrayList<>();
      for (Stage stage : start.stages()) {
        point.add(descent.upload(stage.weights().getData()));
        point.add(descent.upload(new double[][] {stage.bias().toArray()}));
      }
      Lbfgs.minimise(backend, descent, point, LbfgsSettings.of(steps));
      return descent.network(point);
    }
  }

  private Perceptron network(List<DeviceMatrix> point) {
    double[] parameters = new double[start.parameterCount()];
    int at = 0;
    for (DeviceMatrix part : point) {
      try (HostMatrix host = HostMatrix.allocate(DType.FLOAT64, part.rows(), part.cols())) {
        backend.download(part, host);
        for (long i = 0; i < host.rows(); i++) {
          for (long j = 0; j < host.cols(); j++) {
            parameters[at++] = host.get(i, j);
          }
        }
      }
    }
    return start.withParameters(parameters);
  }

  @Override
  public double evaluate(List<DeviceMatrix> point, List<DeviceMatrix> gradient) {
    LayerOps ops = backend.layers();
    for (int l = 0; l < z.size(); l++) {
      ops.forward(parameters(point, l), in(l), z.get(l), a.get(l));
      if (start.stages().get(l).bridged()) {
        ops.add(1, in(l), 1, a.get(l));
      }
    }
    risk.loss().compute(ops, a.getLast(), y, losses, error.getLast());
    for (int l = z.size() - 1; l >= 0; l--) {
      backward(ops, point, gradient, l);
    }
    double sum = 0;
    try (HostMatrix host = HostMatrix.allocate(DType.FLOAT64, losses.rows(), 1)) {
      backend.download(losses, host);
      for (long i = 0; i < host.rows(); i++) {
        sum += host.get(i, 0);
      }
    }
    return sum;
  }

  private void backward(
      LayerOps ops, List<DeviceMatrix> point, List<DeviceMatrix> gradient, int l) {
    boolean bridged = start.stages().get(l).bridged();
    if (bridged) {
      ops.add(1, error.get(l), 0, kept.get(l));
    }
    DenseGradient to = new DenseGradient(gradient.get(2 * l), Optional.of(gradient.get(2 * l + 1)));
    if (l == 0) {
      ops.backward(parameters(point, l), x, z.get(l), error.get(l), to);
      return;
    }
    ops.backward(parameters(point, l), in(l), z.get(l), error.get(l), to, error.get(l - 1));
    if (bridged) {
      ops.add(1, kept.get(l), 1, error.get(l - 1));
    }
  }

  private DenseParameters parameters(List<DeviceMatrix> point, int l) {
    return new DenseParameters(
        point.get(2 * l), Optional.of(point.get(2 * l + 1)), start.stages().get(l).activation());
  }

  private DeviceMatrix in(int l) {
    return l == 0 ? x : a.get(l - 1);
  }

  private DeviceMatrix upload(double[][] values) {
    try (HostMatrix host = HostMatrix.of(values)) {
      return owned.add(backend.upload(host));
    }
  }

  private DeviceMatrix matrix(long cols) {
    return owned.add(backend.allocate(DType.FLOAT64, risk.samples(), cols));
  }

  @Override
  public void close() {
    owned.close();
  }
}
