package dev.lamina.analysis.lego;

import dev.lamina.analysis.layerwise.Form;
import dev.lamina.analysis.lego.LegoPlan.LegoLoss;
import dev.lamina.analysis.lego.LegoStudyResult.Gram;
import dev.lamina.analysis.lego.LegoStudyResult.Run;
import dev.lamina.analysis.network.Network;
import dev.lamina.analysis.regression.GaussianProcess;
import dev.lamina.analysis.regression.Precision;
import dev.lamina.analysis.regression.RegressionSettings;
import dev.lamina.analysis.study.Progress;
import dev.lamina.analysis.study.StudyContext;
import dev.lamina.analysis.training.Ending;
import dev.lamina.analysis.training.Loss;
import dev.lamina.analysis.training.Training;
import dev.lamina.analysis.training.TrainingData;
import dev.lamina.analysis.training.TrainingObserver;
import dev.lamina.analysis.training.TrainingPlan;
import dev.lamina.analysis.training.TrainingResult;
import dev.lamina.backend.Backend;
import dev.lamina.kernel.InfiniteNetwork;
import dev.lamina.kernel.Kernel;
import dev.lamina.kernel.Parametrization;
import dev.lamina.matrix.HostMatrix;
import dev.lamina.ops.Jitter;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/** Runs the methods that the section compares. */
final class LegoMethods {
  private final LegoConfig config;
  private final StudyContext context;

  LegoMethods(LegoConfig config, StudyContext context) {
    this.config = config;
    this.context = context;
  }

  /** Returns the steps of one run of a method with so many training samples. */
  long steps(LegoMethod method, int samples) {
    return switch (method) {
      case LegoMethod.Known known ->
          switch (known) {
            case LEGO -> legoSteps(config.plan(), samples);
            case END_TO_END -> {
              int batch = config.endToEnd().batch();
              long steps = batch == 0 ? 1 : Math.ceilDiv(samples, Math.min(batch, samples));
              yield steps * config.endToEnd().epochs();
            }
            case RANDOM, NNGP, LINEAR -> 0;
          };
      case LegoMethod.Other _, LegoMethod.Batch _, LegoMethod.Noise _ ->
          legoSteps(plan(method, OptionalDouble.empty()), samples);
    };
  }

  private long legoSteps(LegoPlan plan, int samples) {
    long fitted = samples - Math.round(samples * plan.heldOut());
    long batches = plan.batch() == 0 ? 1 : Math.ceilDiv(fitted, (long) plan.batch());
    return plan.turns(context.network().depth()).stream()
        .mapToLong(turn -> turn.epochs() * batches)
        .sum();
  }

  /**
   * Returns the plan of a method that trains layer by layer, with the noise that it chose if it
   * chose one.
   */
  private LegoPlan plan(LegoMethod method, OptionalDouble chosen) {
    LegoPlan plan = config.plan();
    LegoLoss usual = chosen.isPresent() ? plan.loss().withNoise(chosen.getAsDouble()) : plan.loss();
    return switch (method) {
      case LegoMethod.Known _ -> plan.withLoss(usual);
      case LegoMethod.Other other -> plan.withLoss(usual.withObjective(other.objective()));
      case LegoMethod.Batch batch -> plan.withLoss(usual).withBatch(batch.size());
      case LegoMethod.Noise noise -> plan.withLoss(plan.loss().withNoise(noise.value()));
    };
  }

  /** Returns what a run does without being looked at. */
  Run run(
      Backend backend,
      LegoMethod method,
      OptionalDouble chosen,
      LegoExamples examples,
      long seed,
      Progress progress) {
    return run(backend, method, chosen, examples, seed, Optional.empty(), progress);
  }

  /**
   * Runs a method.
   *
   * @param chosen the noise or weight decay that it chose; that of the plan if empty
   * @param grams takes the Gram matrices of a layer-wise run before and after; nothing is looked at
   *     during training without it
   */
  Run run(
      Backend backend,
      LegoMethod method,
      OptionalDouble chosen,
      LegoExamples examples,
      long seed,
      Optional<List<Gram>> grams,
      Progress progress) {
    long start = System.nanoTime();
    LegoPlan plan = plan(method, chosen);
    Run run =
        switch (method) {
          case LegoMethod.Known known ->
              switch (known) {
                case LEGO -> lego(backend, plan, examples, seed, grams, progress);
                case END_TO_END ->
                    endToEnd(backend, chosen, examples, seed, grams.isPresent(), progress);
                case RANDOM -> random(backend, plan.loss(), examples, seed);
                case NNGP -> nngp(backend, plan.loss(), examples, seed);
                case LINEAR -> linear(backend, plan.loss(), examples, seed);
              };
          case LegoMethod.Other _, LegoMethod.Batch _, LegoMethod.Noise _ ->
              lego(backend, plan, examples, seed, Optional.empty(), progress);
        };
    double seconds = (System.nanoTime() - start) * 1e-9;
    return new Run(
        run.seed(),
        run.train(),
        run.test(),
        run.diverged(),
        run.note(),
        seconds,
        run.layers(),
        run.turns(),
        run.moments());
  }

  private Network draw(LegoExamples examples, long seed) {
    return context
        .network()
        .plan(Math.toIntExact(examples.train().features()), examples.outputs())
        .draw(examples.train().x().dtype(), seed);
  }

  private Run lego(
      Backend backend,
      LegoPlan plan,
      LegoExamples examples,
      long seed,
      Optional<List<Gram>> grams,
      Progress progress) {
    LegoPlan seeded = plan.withSeed(seed);
    try (TrainingData data = examples.upload(backend, seeded);
        Network initial = draw(examples, seed);
        LegoTraining training =
            new LegoTraining(backend, data, initial, seeded, Optional.empty(), progress);
        GramPictures pictures = new GramPictures(backend, examples, config.pictureSamples())) {
      LegoResult result = training.run();
      grams.ifPresent(all -> {
        all.addAll(pictures.of(initial, "before"));
        all.addAll(pictures.of(training.network(), "after"));
      });
      String note =
          result.turns().stream()
              .filter(TurnHistory::diverged)
              .map(TurnHistory::ending)
              .findFirst()
              .orElse("");
      return layered(
          seed,
          note,
          LegoNetwork.scores(backend, training.network(), examples, plan.loss()),
          result.turns());
    }
  }

  /** Returns a run whose score is that of the read-out from the last hidden layer. */
  private static Run layered(
      long seed, String note, List<LayerScore> scores, List<TurnHistory> turns) {
    LayerScore last = scores.getLast();
    return new Run(
        seed, last.train(), last.test(), !note.isEmpty(), note, 0, scores, turns, List.of());
  }

  private Run random(Backend backend, LegoLoss loss, LegoExamples examples, long seed) {
    try (Network initial = draw(examples, seed)) {
      return layered(seed, "", LegoNetwork.scores(backend, initial, examples, loss), List.of());
    }
  }

  private Run linear(Backend backend, LegoLoss loss, LegoExamples examples, long seed) {
    try (Network initial = draw(examples, seed)) {
      LayerScore score = LegoNetwork.score(backend, initial, 0, examples, loss);
      return new Run(
          seed, score.train(), score.test(), false, "", 0, List.of(), List.of(), List.of());
    }
  }

  /** The kernel that random features have at infinite width, with the same read-out. */
  private Run nngp(Backend backend, LegoLoss loss, LegoExamples examples, long seed) {
    int depth = context.network().depth();
    List<Double> weights = new ArrayList<>(Collections.nCopies(depth, loss.weightVariance()));
    weights.add(loss.readoutVariance());
    Kernel kernel =
        new Kernel.Nngp(
            new InfiniteNetwork(
                Collections.nCopies(depth, context.network().activation()),
                weights,
                Collections.nCopies(depth + 1, loss.biasVariance()),
                false,
                Parametrization.NTK,
                List.of()));
    HostMatrix x = examples.train().x();
    long n = Math.min(x.rows(), config.nngpSamples());
    RegressionSettings settings =
        new RegressionSettings(loss.noise(), Precision.of(x.dtype()), Jitter.DEFAULT);
    try (GaussianProcess process =
            GaussianProcess.fit(
                backend, kernel, x.rows(0, n), examples.readOutTargets().rows(0, n), settings);
        HostMatrix test = process.mean(examples.test().x());
        HostMatrix train = process.mean(x)) {
      String note = n < x.rows() ? "fitted to the first " + n + " training samples" : "";
      return new Run(
          seed,
          examples.trainScore(train).value(),
          examples.testScore(test).value(),
          false,
          note,
          0,
          List.of(),
          List.of(),
          List.of());
    }
  }

  /** The layers' losses are followed on some samples if they are asked for. */
  private Run endToEnd(
      Backend backend,
      OptionalDouble decay,
      LegoExamples examples,
      long seed,
      boolean follow,
      Progress progress) {
    TrainingPlan plan = endToEnd(decay).withSeed(seed);
    LegoLoss loss =
        config.plan().loss().objective() instanceof LegoObjective.OfKernel
            ? config.plan().loss()
            : config.plan().loss().withObjective(new LegoObjective.OfKernel(Form.EVIDENCE));
    int followed = follow ? Math.min(config.monitorSamples(), examples.train().samples()) : 0;
    try (TrainingData data = examples.whole(backend, plan.loss() == Loss.CROSS_ENTROPY);
        Network initial = draw(examples, seed);
        Training training = new Training(backend, data, initial, plan, Optional.empty(), progress);
        LayerMonitor monitor =
            new LayerMonitor(
                backend,
                examples.train().x().rows(0, followed),
                examples.layerTargets().rows(0, followed),
                loss,
                examples.train().samples(),
                config.perDecade())) {
      TrainingResult result = training.run(followed == 0 ? TrainingObserver.NONE : monitor);
      boolean diverged = result.ending() instanceof Ending.Diverged;
      boolean measured = !result.history().isEmpty();
      return new Run(
          seed,
          measured ? result.history().getLast().trainAccuracy() : Double.NaN,
          measured ? result.history().getLast().testAccuracy() : Double.NaN,
          diverged,
          diverged ? result.ending().text() : "",
          0,
          LegoNetwork.scores(backend, training.network(), examples, loss),
          List.of(),
          monitor.moments());
    }
  }

  private TrainingPlan endToEnd(OptionalDouble decay) {
    TrainingPlan plan = config.endToEnd();
    return decay.isEmpty()
        ? plan
        : plan.withOptimiser(plan.optimiser().withWeightDecay(decay.getAsDouble()));
  }
}
