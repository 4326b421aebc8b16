package dev.lamina.analysis.lego;

import dev.lamina.analysis.layerwise.Form;
import dev.lamina.analysis.study.NetworkConfig;
import dev.lamina.analysis.training.Loss;
import dev.lamina.analysis.training.Optimiser;
import dev.lamina.analysis.training.Schedule;
import dev.lamina.analysis.training.TrainingPlan;
import dev.lamina.analysis.training.TrainingReader;
import dev.lamina.config.Bounds;
import dev.lamina.config.ConfigReader;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What the section {@code lego} of a study compares.
 *
 * @param plan how layers are trained; its seed is replaced
 * @param methods what is compared, in this order
 * @param batches further batch sizes for the plan's own loss
 * @param noises further noises for the plan's own loss, read-outs included
 * @param choice what methods choose for themselves before
 * @param runs seeds, ≥ 1
 * @param samples training samples that each run draws for itself; 0 for all
 * @param endToEnd how whole networks are trained; its seed is replaced
 * @param nngpSamples most training samples for the kernel of infinite width
 * @param monitorSamples training samples that losses are followed on while a whole network is
 *     trained; 0 for none
 * @param perDecade of these measurements per factor of ten of the steps
 * @param pictureSamples samples in the pictures of Gram matrices; 0 for none
 */
public record LegoConfig(
    LegoPlan plan,
    List<LegoMethod> methods,
    List<Integer> batches,
    List<Double> noises,
    LegoChoice choice,
    int runs,
    int samples,
    TrainingPlan endToEnd,
    int nngpSamples,
    int monitorSamples,
    int perDecade,
    int pictureSamples) {

  /** Copies the lists. */
  public LegoConfig {
    methods = List.copyOf(methods);
    batches = List.copyOf(batches);
    noises = List.copyOf(noises);
  }

  /**
   * Reads the block {@code lego}: the keys of a file for {@code lamina lego} that say how layers
   * are trained, and
   *
   * <pre>{@code
   * { methods = [lego, end-to-end, random, nngp, linear, hsic], batches = [], noises = [], runs = 3,
   *   samples = 0, nngp-samples = 10000, monitor-samples = 500, monitor-per-decade = 6,
   *   picture-samples = 100, choose { noises = [], decays = [], share = 0.2, runs = 1 },
   *   end-to-end { loss = mse, optimiser { kind = adam }, rate = 0.001, schedule { kind = constant },
   *                batch = 100, epochs = 50 } }
   * }</pre>
   *
   * @param config the block
   * @param network the network under study
   * @return the configuration
   */
  static LegoConfig read(ConfigReader config, NetworkConfig network) {
    LegoPlan plan = LegoReader.plan(config, network);
    return new LegoConfig(
        plan,
        config.choices("methods", words(), usual()),
        config.integers("batches", Bounds.atLeast(1), List.of()),
        config.numbers("noises", Bounds.POSITIVE, List.of()),
        config.section("choose").read(LegoConfig::choice).orElse(LegoChoice.NONE),
        config.integer("runs", Bounds.between(1, 1000), 3),
        config.integer("samples", Bounds.atLeast(0), 0),
        config.section("end-to-end").read(LegoConfig::endToEnd).orElse(null), // a problem then
        config.integer("nngp-samples", Bounds.atLeast(1), 10_000),
        config.integer("monitor-samples", Bounds.atLeast(0), 500),
        config.integer("monitor-per-decade", Bounds.between(1, 50), 6),
        config.integer("picture-samples", Bounds.between(0, 500), 100));
  }

  private static LegoChoice choice(ConfigReader block) {
    return new LegoChoice(
        block.numbers("noises", Bounds.POSITIVE, List.of()),
        block.numbers("decays", Bounds.NOT_NEGATIVE, List.of()),
        block.number("share", new Bounds(0, true, 1, true), 0.2),
        block.integer("runs", Bounds.between(1, 1000), 1));
  }

  private static TrainingPlan endToEnd(ConfigReader block) {
    return new TrainingPlan(
        block.choice("loss", Loss.words(), Loss.MSE),
        block
            .section("optimiser")
            .read(o -> TrainingReader.optimiser(o, "adam"))
            .orElse(Optimiser.Adam.USUAL),
        block.number("rate", Bounds.POSITIVE, 0.001),
        block.section("schedule").read(TrainingReader::schedule).orElse(Schedule.CONSTANT),
        block.integer("batch", Bounds.atLeast(0), 100),
        block.integer("epochs", Bounds.atLeast(1), 50),
        Long.MAX_VALUE,
        Optional.empty(),
        0);
  }

  private static List<LegoMethod> usual() {
    return List.of(
        LegoMethod.LEGO,
        LegoMethod.END_TO_END,
        LegoMethod.RANDOM,
        LegoMethod.NNGP,
        LegoMethod.LINEAR,
        new LegoMethod.Other(new LegoObjective.OfKernel(Form.HSIC)));
  }

  private static Map<String, LegoMethod> words() {
    Map<String, LegoMethod> methods = new LinkedHashMap<>();
    for (LegoMethod.Known known : LegoMethod.Known.values()) {
      methods.put(known.text(), known);
    }
    LegoObjective.all()
        .forEach((text, objective) -> methods.put(text, new LegoMethod.Other(objective)));
    return methods;
  }

  /** Returns all methods, those of other batches and noises at the end. */
  List<LegoMethod> allMethods() {
    List<LegoMethod> all = new ArrayList<>(methods);
    batches.forEach(batch -> all.add(new LegoMethod.Batch(batch)));
    noises.forEach(noise -> all.add(new LegoMethod.Noise(noise)));
    return all;
  }
}
