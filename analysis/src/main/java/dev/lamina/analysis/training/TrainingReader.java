package dev.lamina.analysis.training;

import dev.lamina.analysis.study.NetworkConfig;
import dev.lamina.config.Bounds;
import dev.lamina.config.ConfigErrors;
import dev.lamina.config.ConfigReader;
import dev.lamina.config.LoadedConfig;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * Reads the {@code train} block:
 *
 * <pre>{@code
 * train {
 *   title     = "Digits"
 *   seeds     = [1, 2, 3]
 *   data      { source = digits, split { train = 1400 }, preprocess = [ { scale = 0.0625 } ] }
 *   network   { hidden = [128, 128], activation = relu, init = he, bias = true, batch-norm = false }
 *   loss      = cross-entropy                       # or mse, mean-square
 *   optimiser { kind = sgd, momentum = 0.9, nesterov = false, weight-decay = 5e-4 }
 *   rate      = 0.02
 *   schedule  { kind = cosine, last = 0 }           # or constant, or steps with every and factor
 *   batch     = 100                                 # 0: all examples in every step
 *   epochs    = 30
 *   target    { loss = 0.02, epochs = 2 }
 *   checkpoint-every = 5
 * }
 * }</pre>
 *
 * <p>Other optimisers are {@code descent}, {@code adam} (beta1, beta2, epsilon, keras, decoupled)
 * and {@code langevin} (temperature); all have weight-decay. {@code base} may name the folder that
 * relative paths of the data start from; it is the folder of the file otherwise.
 */
public final class TrainingReader {
  private TrainingReader() {}

  /**
   * Reads a file. All problems are reported at once.
   *
   * @param loaded the merged configuration
   * @param file the file
   * @param errors where problems go
   * @return what it asks for
   * @throws dev.lamina.config.ConfigException if there was any problem, earlier ones included
   */
  public static TrainingFile read(LoadedConfig loaded, Path file, ConfigErrors errors) {
    return RunHeader.readFile(
        loaded,
        "train",
        "is missing: this is no training file",
        errors,
        block -> read(block, file));
  }

  private static TrainingFile read(ConfigReader block, Path file) {
    RunHeader header = RunHeader.read(block, file);
    NetworkConfig network = NetworkConfig.read(block.section("network"));
    TrainingPlan plan = plan(block);
    if (network.batchNorm() && plan.batch() == 1) {
      block.problem(
          "batch",
          "must be 0 or at least 2 with network.batch-norm, which needs a variance, but is 1");
    }
    int every = block.integer("checkpoint-every", Bounds.atLeast(1), 1);
    return new TrainingFile(
        header.title(), header.seed(), header.seeds(), header.data(), network, plan, every);
  }

  private static TrainingPlan plan(ConfigReader block) {
    Loss loss = block.choice("loss", Loss.words(), Loss.CROSS_ENTROPY);
    Optimiser optimiser =
        block
            .section("optimiser")
            .read(o -> optimiser(o, "sgd"))
            .orElse(new Optimiser.Sgd(0, false, 0));
    Schedule schedule =
        block.section("schedule").read(TrainingReader::schedule).orElse(Schedule.CONSTANT);
    Optional<TrainingPlan.Target> target =
        block.has("target")
            ? block
                .section("target")
                .read(t ->
                    new TrainingPlan.Target(
                        t.number("loss", Bounds.POSITIVE),
                        t.integer("epochs", Bounds.atLeast(1), 2)))
            : Optional.empty();
    return new TrainingPlan(
        loss,
        optimiser,
        block.number("rate", Bounds.POSITIVE),
        schedule,
        block.integer("batch", Bounds.atLeast(0), 128),
        block.integer("epochs", Bounds.atLeast(1)),
        block.whole("steps", Bounds.atLeast(1), Long.MAX_VALUE),
        target,
        0);
  }

  /**
   * {@return the optimiser that a block {@code optimiser} asks for}
   *
   * @param o reads the block
   * @param usual the kind if none is named: sgd, adam, descent or langevin
   */
  public static Optimiser optimiser(ConfigReader o, String usual) {
    String kind =
        o.choice(
            "kind",
            Map.of("sgd", "sgd", "adam", "adam", "descent", "descent", "langevin", "langevin"),
            usual);
    double decay = o.number("weight-decay", Bounds.NOT_NEGATIVE, 0);
    return switch (kind) {
      case "adam" ->
          new Optimiser.Adam(
              o.number("beta1", Bounds.atLeast(0), 0.9),
              o.number("beta2", Bounds.atLeast(0), 0.999),
              o.number("epsilon", Bounds.POSITIVE, 1e-8),
              o.flag("keras", false),
              decay,
              o.flag("decoupled", false));
      case "descent" -> new Optimiser.Descent(decay);
      case "langevin" ->
          new Optimiser.Langevin(o.number("temperature", Bounds.NOT_NEGATIVE), decay);
      default ->
          new Optimiser.Sgd(
              o.number("momentum", Bounds.atLeast(0), 0.9), o.flag("nesterov", false), decay);
    };
  }

  /**
   * {@return the schedule that a block {@code schedule} asks for}
   *
   * @param s reads the block
   */
  public static Schedule schedule(ConfigReader s) {
    String kind =
        s.choice(
            "kind",
            Map.of("constant", "constant", "steps", "steps", "cosine", "cosine"),
            "constant");
    return switch (kind) {
      case "steps" ->
          new Schedule.Steps(
              s.integer("every", Bounds.atLeast(1)), s.number("factor", Bounds.POSITIVE));
      case "cosine" -> new Schedule.Cosine(s.number("last", Bounds.NOT_NEGATIVE, 0));
      default -> Schedule.CONSTANT;
    };
  }
}
