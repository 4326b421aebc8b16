package dev.lamina.analysis.learningcurve;

import dev.lamina.analysis.learningcurve.LearningCurveResult.Compared;
import dev.lamina.analysis.learningcurve.LearningCurveResult.Tail;
import dev.lamina.analysis.study.Progress;
import dev.lamina.analysis.study.StudyContext;
import dev.lamina.analysis.training.SharedProgress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;

/** Computes the section {@code learningCurve} of a study. */
final class LearningCurveStudy {
  /** Degrees and powers that a result keeps. */
  private static final int SHOWN = 48;

  /** Numbers of samples per factor of ten at which theories are drawn. */
  private static final int PER_DECADE = 20;

  private final LearningCurveConfig config;
  private final StudyContext context;
  private final Progress progress;
  private final FinishedParts parts;

  LearningCurveStudy(LearningCurveConfig config, StudyContext context, Progress progress) {
    this.config = config;
    this.context = context;
    this.progress = progress;
    this.parts = new FinishedParts(context);
  }

  LearningCurveResult run() {
    SphereSimulation.Settings regression = config.regression().withSeed(context.seed());
    SphereSpectrum whole = SphereSpectrum.of(regression.kernel(), regression.sphere());
    Optional<Renormalised> kept =
        config
            .power()
            .map(r -> SphereSpectrum.renormalised(regression.kernel(), regression.sphere(), r));
    LearningCurve wholeCurve = curve(regression, whole, 0);
    LearningCurve curve =
        kept.map(k -> curve(regression, k.spectrum(), k.noise())).orElse(wholeCurve);
    int most = config.samples().getLast();
    return new LearningCurveResult(
        kept.map(k -> new Tail(k.power(), k.noise(), k.remainder(most))),
        first(whole.coefficients()),
        first(whole.degrees()),
        kept.map(k -> first(k.spectrum().degrees())).orElse(List.of()),
        whole.trace(),
        curve.spectrum().targetPower(),
        drawn().stream().map(curve::at).toList(),
        kept.isPresent() ? drawn().stream().map(wholeCurve::at).toList() : List.of(),
        compared(regression, curve, wholeCurve),
        ridges(),
        noisyTraining());
  }

  private static LearningCurve curve(
      SphereSimulation.Settings regression, SphereSpectrum spectrum, double tail) {
    return new LearningCurve(
        spectrum.with(regression.target()), regression.noise() + tail, regression.labelNoise());
  }

  private static <T> List<T> first(List<T> list) {
    return list.subList(0, Math.min(SHOWN, list.size()));
  }

  /** Returns the numbers of samples of the configuration and others between them. */
  private List<Double> drawn() {
    TreeSet<Double> drawn = new TreeSet<>();
    config.samples().forEach(n -> drawn.add((double) n));
    double from = drawn.first();
    double decades = Math.log10(drawn.last() / from);
    int steps = (int) Math.ceil(decades * PER_DECADE);
    for (int i = 1; i < steps; i++) {
      drawn.add((double) Math.round(from * Math.pow(10, decades * i / steps)));
    }
    return new ArrayList<>(drawn);
  }

  private List<Compared> compared(
      SphereSimulation.Settings regression, LearningCurve curve, LearningCurve whole) {
    SphereSimulation simulation = new SphereSimulation(context.lamina().backend(), regression);
    if (regression.draws() > 0) {
      simulation.requireMemory(config.samples(), context.lamina().config().memoryBudget());
    }
    Progress all =
        new SharedProgress(
            progress,
            "regression on the sphere",
            Math.max(1, work(config.samples(), regression.draws())));
    List<SimulatedPoint> simulated = new ArrayList<>();
    for (int n : regression.draws() == 0 ? List.<Integer>of() : config.samples()) {
      simulated.add(
          parts.get(
              "regression-" + n,
              regression.toString(),
              SimulatedPoint.class,
              () -> simulation.run(List.of(n), all).getFirst()));
    }
    List<Compared> points = new ArrayList<>();
    for (int i = 0; i < config.samples().size(); i++) {
      int n = config.samples().get(i);
      points.add(
          new Compared(
              curve.at(n),
              whole.at(n),
              simulated.isEmpty() ? Optional.empty() : Optional.of(simulated.get(i))));
    }
    return points;
  }

  private List<PrecisionPoint> ridges() {
    if (config.ridges().isEmpty()) {
      return List.of();
    }
    LearningCurveConfig.Ridges ridges = config.ridges().get();
    PrecisionSweep sweep =
        new PrecisionSweep(
            context.lamina().backend(),
            ridges.regression().withSeed(context.seed()),
            ridges.values());
    sweep.requireMemory(ridges.samples(), context.lamina().config().memoryBudget());
    Progress all =
        new SharedProgress(
            progress,
            "ridges in both precisions",
            2 * work(ridges.samples(), ridges.regression().draws()));
    List<PrecisionPoint> points = new ArrayList<>();
    for (int n : ridges.samples()) {
      points.addAll(
          parts
              .get(
                  "ridges-" + n,
                  ridges.regression().withSeed(context.seed()).toString() + ridges.values(),
                  Swept.class,
                  () -> new Swept(sweep.run(List.of(n), all)))
              .points());
    }
    return points;
  }

  /** The points of one number of samples. */
  record Swept(List<PrecisionPoint> points) {}

  /** Returns what all draws take together, counted by samples. */
  private static long work(List<Integer> samples, int draws) {
    return samples.stream().mapToLong(n -> (long) n * draws).sum();
  }

  private Optional<LangevinResult> noisyTraining() {
    return config
        .noisyTraining()
        .map(s -> s.withSeed(context.seed()))
        .map(s ->
            parts.get(
                "noisy-training",
                s.toString(),
                LangevinResult.class,
                () -> LangevinStudy.run(context.lamina(), s, progress)));
  }
}
