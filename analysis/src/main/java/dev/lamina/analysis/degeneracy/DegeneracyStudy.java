package dev.lamina.analysis.degeneracy;

import dev.lamina.analysis.data.DataException;
import dev.lamina.analysis.data.DataSet;
import dev.lamina.analysis.data.Response;
import dev.lamina.analysis.degeneracy.DegeneracyConfig.Experiment;
import dev.lamina.analysis.degeneracy.DegeneracyResult.ActivationPath;
import dev.lamina.analysis.degeneracy.DegeneracyResult.Network;
import dev.lamina.analysis.degeneracy.DegeneracyResult.Path;
import dev.lamina.analysis.study.Progress;
import dev.lamina.kernel.Activation;
import dev.lamina.matrix.HostMatrix;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;

/** Computes the section {@code degeneracy} of a study. */
final class DegeneracyStudy {
  /** Widths of the table and of the curves that compare published and exact decrement. */
  private static final int[] LAW_WIDTHS = {
    4, 6, 8, 10, 12, 15, 20, 30, 45, 64, 100, 150, 256, 400, 640, 1000
  };

  /** Pairs of inputs whose angles are measured: the mean is then good to about 0.002 rad. */
  private static final int PAIRS = 20_000;

  private final DegeneracyConfig config;
  private final MonteCarloSettings monteCarlo;
  private final Progress progress;

  DegeneracyStudy(DegeneracyConfig config, long seed, int threads, Progress progress) {
    this.config = config;
    this.monteCarlo = new MonteCarloSettings(config.samples(), seed, threads);
    this.progress = progress;
  }

  /**
   * Runs the section.
   *
   * @param train training samples
   * @param hidden hidden widths of the configured network
   */
  DegeneracyResult run(DataSet train, List<Integer> hidden) {
    List<InputAngles> measured = new ArrayList<>();
    double angle =
        switch (config.angle()) {
          case StartAngle.Given(double radians) -> radians;
          case StartAngle.Measured() -> {
            InputAngles angles = InputAngles.measure(train.x(), PAIRS, monteCarlo.seed());
            if (angles.mean() == 0) {
              throw new DataException(
                  "all random pairs of training samples are parallel, so there is no angle to start"
                      + " from; give one: angle = 1.57");
            }
            measured.add(angles);
            yield angles.mean();
          }
        };
    int inputDimension = Math.toIntExact(train.features());
    progress.begin(
        "depth degeneracy",
        (long) config.conventions().size()
            + config.architectures().size()
            + config.experiments().size()
            + config.comparedActivations().size());
    return new DegeneracyResult(
        angle,
        measured,
        networks(new Architecture(hidden).widths(inputDimension), angle),
        sweep(inputDimension, outputs(train), angle),
        Arrays.stream(LAW_WIDTHS).mapToObj(SmallAngleLaw::of).toList(),
        asked(Experiment.ONE_LAYER) ? step(oneLayer()) : List.of(),
        asked(Experiment.EVOLUTION) ? step(List.of(evolution())) : List.of(),
        asked(Experiment.DECAY) ? step(List.of(decay())) : List.of(),
        activations(hidden, angle));
  }

  private static int outputs(DataSet train) {
    return switch (train.response()) {
      case Response.Classes classes -> classes.count();
      case Response.Values(HostMatrix values) -> Math.toIntExact(values.cols());
    };
  }

  private boolean asked(Experiment experiment) {
    return config.experiments().contains(experiment);
  }

  private <T> T step(T finished) {
    progress.advance(1);
    return finished;
  }

  private List<Network> networks(int[] widths, double angle) {
    List<Network> networks = new ArrayList<>();
    for (Convention convention : config.conventions()) {
      int[] layers = convention.layers(widths);
      List<Path> paths = new ArrayList<>();
      for (Rule rule : config.rules()) {
        paths.add(path(Degeneracy.predict(widths, angle, rule, convention, monteCarlo)));
      }
      networks.add(
          step(
              new Network(
                  convention,
                  Arrays.stream(layers).boxed().toList(),
                  paths,
                  AngleChain.run(layers, angle, monteCarlo),
                  Degeneracy.collapseProbability(layers))));
    }
    return networks;
  }

  private static Path path(DegeneracyPrediction prediction) {
    return new Path(
        prediction.rule(),
        prediction.layers().stream().map(PredictedLayer::meanLogSin2).toList(),
        prediction.layers().stream()
            .map(PredictedLayer::sdLogSin2)
            .filter(OptionalDouble::isPresent)
            .map(OptionalDouble::getAsDouble)
            .toList());
  }

  private List<ArchitectureSweep.Row> sweep(int inputDimension, int outputs, double angle) {
    ArchitectureSweep.Config sweep =
        new ArchitectureSweep.Config(
            config.architectures(),
            inputDimension,
            outputs,
            angle,
            config.conventions().getFirst(),
            monteCarlo);
    List<ArchitectureSweep.Row> rows = new ArrayList<>();
    for (Architecture architecture : config.architectures()) {
      rows.add(step(ArchitectureSweep.row(architecture, sweep)));
    }
    return rows;
  }

  private List<OneLayerExperiment.Row> oneLayer() {
    return OneLayerExperiment.run(OneLayerExperiment.Config.standard(monteCarlo));
  }

  private AngleEvolution.Result evolution() {
    AngleEvolution.Config published = AngleEvolution.Config.published(monteCarlo.seed());
    return AngleEvolution.run(
        new AngleEvolution.Config(
            published.width(),
            published.angle(),
            published.layers(),
            published.histogramLayers(),
            published.bins(),
            withSamples(published.monteCarlo().samples())));
  }

  /** One hundred layers of three widths: a quarter of the samples keeps it at a few seconds. */
  private DecayLaws.Result decay() {
    return DecayLaws.run(DecayLaws.Config.standard(withSamples(Math.max(config.samples() / 4, 2))));
  }

  private List<ActivationPath> activations(List<Integer> hidden, double angle) {
    int[] layers = hidden.stream().mapToInt(Integer::intValue).toArray();
    List<ActivationPath> paths = new ArrayList<>();
    for (Activation activation : config.comparedActivations()) {
      List<SampleStatistics> sampled =
          ActivationChain.run(
              layers,
              angle,
              activation,
              config.weightVariance(),
              config.biasVariance(),
              withSamples(Math.max(config.samples() / 4, 2)));
      paths.add(step(new ActivationPath(activation.toString(), sampled)));
    }
    return paths;
  }

  private MonteCarloSettings withSamples(int samples) {
    return new MonteCarloSettings(samples, monteCarlo.seed(), monteCarlo.threads());
  }
}
