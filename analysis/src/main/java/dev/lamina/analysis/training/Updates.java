package dev.lamina.analysis.training;

import dev.lamina.analysis.training.DeviceNetwork.Parameter;
import dev.lamina.backend.Backend;
import dev.lamina.matrix.DeviceMatrix;
import dev.lamina.matrix.HostMatrix;
import dev.lamina.ops.AdamStep;
import dev.lamina.ops.LayerOps;
import dev.lamina.ops.NoiseKey;
import dev.lamina.ops.SgdStep;
import java.util.ArrayList;
import java.util.List;

/** An optimiser with what it remembers of each parameter. Owns its matrices. */
public final class Updates implements AutoCloseable {
  private final Optimiser optimiser;
  private final long seed;
  private final List<Parameter> parameters;
  private final LayerOps ops;
  private final Owned owned = new Owned();

  /** For each kind of memory one matrix per parameter. */
  private final List<List<DeviceMatrix>> memory = new ArrayList<>();

  /**
   * Allocates the memory, all zeros; the caller closes this.
   *
   * @param network whose parameters are moved; stays the caller's
   * @param optimiser how
   * @param seed of the noise of Langevin dynamics
   */
  public Updates(DeviceNetwork network, Optimiser optimiser, long seed) {
    this.optimiser = optimiser;
    this.seed = seed;
    this.parameters = network.parameters();
    this.ops = network.backend().layers();
    for (int k = 0; k < optimiser.memory(); k++) {
      List<DeviceMatrix> one = new ArrayList<>();
      for (Parameter p : parameters) {
        one.add(owned.add(zeros(network.backend(), p.value())));
      }
      memory.add(one);
    }
  }

  private static DeviceMatrix zeros(Backend backend, DeviceMatrix like) {
    try (HostMatrix zeros = HostMatrix.allocate(like.dtype(), like.rows(), like.cols())) {
      return backend.upload(zeros);
    }
  }

  /** {@return what is remembered: for each kind one matrix per parameter} */
  public List<List<DeviceMatrix>> memory() {
    return memory;
  }

  /**
   * Moves all parameters along their gradients.
   *
   * @param step number of the step, from 1
   * @param rate learning rate
   */
  public void apply(long step, double rate) {
    switch (optimiser) {
      case Optimiser.Descent d -> descend(rate, d.weightDecay());
      case Optimiser.Langevin l -> {
        descend(rate, l.weightDecay());
        double scale = Math.sqrt(2 * rate * l.temperature());
        for (int p = 0; p < parameters.size(); p++) {
          ops.addGaussian(scale, NoiseKey.of(seed, step, p), parameters.get(p).value());
        }
      }
      case Optimiser.Sgd s -> {
        SgdStep numbers = new SgdStep(rate, s.momentum(), s.nesterov(), s.weightDecay());
        for (int p = 0; p < parameters.size(); p++) {
          Parameter parameter = parameters.get(p);
          ops.sgdStep(numbers, parameter.value(), parameter.gradient(), memory.get(0).get(p));
        }
      }
      case Optimiser.Adam a -> {
        AdamStep numbers = adam(a, step, rate);
        for (int p = 0; p < parameters.size(); p++) {
          Parameter parameter = parameters.get(p);
          ops.adamStep(
              numbers,
              parameter.value(),
              parameter.gradient(),
              memory.get(0).get(p),
              memory.get(1).get(p));
        }
      }
    }
  }

  private static AdamStep adam(Optimiser.Adam a, long step, double rate) {
    double correction = Math.sqrt(1 - StrictMath.pow(a.beta2(), (double) step));
    double epsilon = a.keras() ? a.epsilon() / correction : a.epsilon();
    double l2 = a.decoupled() ? 0 : a.weightDecay();
    double shrink = a.decoupled() ? rate * a.weightDecay() : 0;
    return AdamStep.at(step, rate, a.beta1(), a.beta2(), epsilon, l2, shrink);
  }

  private void descend(double rate, double weightDecay) {
    for (Parameter p : parameters) {
      ops.add(-rate, p.gradient(), 1 - rate * weightDecay, p.value());
    }
  }

  @Override
  public void close() {
    owned.close();
  }
}
