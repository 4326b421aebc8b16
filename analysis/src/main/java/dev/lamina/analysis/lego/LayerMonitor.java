package dev.lamina.analysis.lego;

import dev.lamina.analysis.lego.LegoPlan.LegoLoss;
import dev.lamina.analysis.network.Network;
import dev.lamina.analysis.training.DeviceNetwork;
import dev.lamina.analysis.training.LogSteps;
import dev.lamina.analysis.training.Pass;
import dev.lamina.analysis.training.TrainingObserver;
import dev.lamina.backend.Backend;
import dev.lamina.matrix.DeviceMatrix;
import dev.lamina.matrix.HostMatrix;
import java.util.ArrayList;
import java.util.List;

/**
 * Follows the layer-wise loss of every hidden layer while a network is trained in another way, at
 * steps 0, 1, 2, … that are evenly spaced on a logarithmic scale.
 */
public final class LayerMonitor implements TrainingObserver, AutoCloseable {
  private final Backend backend;
  private final LegoLoss loss;
  private final long population;
  private final int perDecade;
  private final DeviceMatrix x;
  private final DeviceMatrix targets;
  private final List<Moment> moments = new ArrayList<>();
  private final List<LayerObjectives> objectives = new ArrayList<>();

  /**
   * The losses at one moment of the training.
   *
   * @param step finished steps
   * @param losses that of each hidden layer, the lowest first, as estimates for all training
   *     samples
   */
  public record Moment(long step, List<Double> losses) {
    /** Copies the list. */
    public Moment {
      losses = List.copyOf(losses);
    }
  }

  /**
   * Prepares a monitor; the caller closes it.
   *
   * @param backend the device
   * @param x inputs of the samples that losses are computed on, M×d; stays the caller's
   * @param targets their targets as the loss wants them, M×C; stays the caller's
   * @param loss which loss; one of a kernel
   * @param population number of all training samples, which the noise belongs to
   * @param perDecade measurements per factor of ten of the steps, ≥ 1
   */
  public LayerMonitor(
      Backend backend,
      HostMatrix x,
      HostMatrix targets,
      LegoLoss loss,
      long population,
      int perDecade) {
    if (!(loss.objective() instanceof LegoObjective.OfKernel)) {
      throw new IllegalArgumentException(
          "lego: only losses of a kernel can be followed without training, not "
              + loss.objective().text());
    }
    this.backend = backend;
    this.loss = loss;
    this.population = population;
    this.perDecade = perDecade;
    this.x = backend.upload(x);
    this.targets = backend.upload(targets);
  }

  /** {@return what was measured so far} */
  public List<Moment> moments() {
    return List.copyOf(moments);
  }

  @Override
  public boolean wants(long step) {
    return LogSteps.contains(step, perDecade);
  }

  @Override
  public void look(long step, Network network) {
    moments.add(new Moment(step, losses(network)));
  }

  /**
   * {@return the losses of all hidden layers of a network, the lowest first}
   *
   * @param network its last layer is the read-out and is not looked at
   */
  public List<Double> losses(Network network) {
    int hidden = network.depth() - 1;
    List<Double> losses = new ArrayList<>();
    try (DeviceNetwork device = new DeviceNetwork(backend, network);
        Pass pass = new Pass(device, x.rows())) {
      pass.forward(x, false);
      for (int l = 1; l <= hidden; l++) {
        DeviceMatrix activations = pass.activations(l);
        if (objectives.size() < l) {
          objectives.add(
              new LayerObjectives(backend, loss, hidden - l, population, activations.cols(), 0));
        }
        losses.add(objectives.get(l - 1).value(activations, targets));
      }
    }
    return losses;
  }

  @Override
  public void close() {
    objectives.forEach(LayerObjectives::close);
    x.close();
    targets.close();
  }
}
