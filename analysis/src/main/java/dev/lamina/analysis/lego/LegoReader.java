package dev.lamina.analysis.lego;

import dev.lamina.analysis.layerwise.Form;
import dev.lamina.analysis.lego.LegoPlan.LegoLoss;
import dev.lamina.analysis.study.NetworkConfig;
import dev.lamina.analysis.training.Optimiser;
import dev.lamina.analysis.training.RunHeader;
import dev.lamina.analysis.training.Schedule;
import dev.lamina.analysis.training.TrainingReader;
import dev.lamina.config.Bounds;
import dev.lamina.config.ConfigErrors;
import dev.lamina.config.ConfigReader;
import dev.lamina.config.LoadedConfig;
import dev.lamina.kernel.Activation;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;

/**
 * Reads the {@code lego} block:
 *
 * <pre>{@code
 * lego {
 *   title     = "Digits, layer by layer"
 *   seeds     = [1, 2, 3]
 *   data      { source = digits, split { train = 1400 }, preprocess = [ { scale = 0.0625 } ] }
 *   network   { hidden = [128, 128], activation = relu, init = he, bias = true }
 *   objective = evidence          # fit, training-error, loo-nll, loo-mse, hsic, alignment, softmax-readout, …
 *   noise     = 0.05
 *   readout-variance = 2, weight-variance = 2, bias-variance = 0.1, centred = false, prior = 1, local = false
 *   order     = [1, 2]
 *   optimiser { kind = adam }
 *   rate      = 0.01
 *   schedule  { kind = cosine }
 *   batch     = 0                 # 0: all samples in every step
 *   epochs    = 200
 *   evaluate-every = 10
 *   held-out  = 0.1
 *   patience  = 3
 *   sweep     = 0
 *   checkpoint-every = 50
 * }
 * }</pre>
 *
 * <p>{@code base} may name the folder that relative paths of the data start from; it is the folder
 * of the file otherwise.
 */
public final class LegoReader {
  private LegoReader() {}

  /**
   * Reads a file. All problems are reported at once.
   *
   * @param loaded the merged configuration
   * @param file the file
   * @param errors where problems go
   * @return what it asks for
   * @throws dev.lamina.config.ConfigException if there was any problem, earlier ones included
   */
  public static LegoFile read(LoadedConfig loaded, Path file, ConfigErrors errors) {
    return RunHeader.readFile(
        loaded,
        "lego",
        "is missing: this is no file for layer-wise training",
        errors,
        block -> read(block, file));
  }

  private static LegoFile read(ConfigReader block, Path file) {
    RunHeader header = RunHeader.read(block, file);
    NetworkConfig network = network(block.section("network"));
    OptionalInt every =
        block.has("checkpoint-every")
            ? OptionalInt.of(block.integer("checkpoint-every", Bounds.atLeast(1), 1))
            : OptionalInt.empty();
    LegoPlan plan = plan(block, network);
    return new LegoFile(
        header.title(),
        header.seed(),
        header.seeds(),
        header.data(),
        network,
        plan,
        every.orElse(plan.evaluateEvery()));
  }

  private static NetworkConfig network(ConfigReader block) {
    NetworkConfig network = NetworkConfig.read(block);
    if (!network.activation().equals(Activation.RELU)) {
      block.problem(
          "activation",
          "hidden layers must be relu, what wide layers above are taken for, but there is "
              + network.activation());
    }
    if (network.batchNorm()) {
      block.problem("batch-norm", "layers must be plain, without batch normalisation");
    }
    if (network.residual().isPresent()) {
      block.problem("residual", "layers must be plain, without residual connections");
    }
    return network;
  }

  /** Reads the order; empty after a problem. */
  private static List<Integer> order(ConfigReader block, NetworkConfig network) {
    List<Integer> order = block.integers("order", Bounds.atLeast(1), List.of());
    if (order.stream().anyMatch(layer -> layer > network.depth())) {
      block.problem(
          "order", "must name hidden layers, 1 to %d, but is %s".formatted(network.depth(), order));
      return List.of();
    }
    if (order.stream().distinct().count() < order.size()) {
      // Not of what stands in for elements that have been reported already.
      List<Object> written = block.config().getList("order").unwrapped();
      if (written.stream().distinct().count() < written.size()) {
        block.problem("order", "must name each layer once but is " + order);
      }
      return List.of();
    }
    return order;
  }

  /** Reads the patience; 0 after a problem. */
  private static int patience(ConfigReader block) {
    int patience = block.integer("patience", Bounds.atLeast(0), 0);
    if (patience > 0 && !block.has("held-out")) {
      block.problem(
          "patience",
          "patience = %d needs held-out samples; set held-out, such as 0.1, or patience = 0"
              .formatted(patience));
      return 0;
    }
    return patience;
  }

  /**
   * {@return the plan that a block asks for, its seed to be replaced}
   *
   * @param block reads the block
   * @param network the network, for defaults
   */
  static LegoPlan plan(ConfigReader block, NetworkConfig network) {
    int batch = block.integer("batch", Bounds.atLeast(0), 0);
    Optimiser optimiser =
        block
            .section("optimiser")
            .read(o -> TrainingReader.optimiser(o, "adam"))
            .orElse(Optimiser.Adam.USUAL);
    Schedule schedule =
        block.section("schedule").read(TrainingReader::schedule).orElse(Schedule.CONSTANT);
    return new LegoPlan(
        loss(block, network),
        order(block, network),
        optimiser,
        block.number("rate", Bounds.POSITIVE, 0.01),
        schedule,
        batch,
        block.integer("epochs", Bounds.atLeast(1), batch == 0 ? 200 : 10),
        block.integer("evaluate-every", Bounds.atLeast(1), batch == 0 ? 10 : 1),
        block.number("held-out", new Bounds(0, false, 1, true), 0),
        patience(block),
        block.integer("sweep", Bounds.atLeast(0), 0),
        0);
  }

  private static LegoLoss loss(ConfigReader block, NetworkConfig network) {
    LegoObjective objective =
        block.choice("objective", LegoObjective.all(), new LegoObjective.OfKernel(Form.EVIDENCE));
    double noise = block.number("noise", Bounds.POSITIVE, 0.05);
    double weights = block.number("weight-variance", Bounds.POSITIVE, 2);
    return new LegoLoss(
        objective,
        noise,
        block.number("readout-variance", Bounds.POSITIVE, weights),
        weights,
        block.number("bias-variance", Bounds.NOT_NEGATIVE, network.bias() ? 0.1 : 0),
        block.flag("centred", false),
        block.number("prior", Bounds.NOT_NEGATIVE, objective.usualPriorWeight(noise)),
        block.flag("local", objective.usuallyLocal()));
  }
}
