package dev.lamina.analysis.depth;

import dev.lamina.analysis.depth.MergingResult.Further;
import dev.lamina.analysis.depth.MergingResult.Merged;
import dev.lamina.analysis.depth.MergingResult.MergedLine;
import dev.lamina.analysis.embedding.LayerLinearity;
import dev.lamina.analysis.embedding.Linearity;
import dev.lamina.analysis.embedding.Merge;
import dev.lamina.analysis.embedding.Merging;
import dev.lamina.analysis.embedding.Perceptron;
import dev.lamina.analysis.network.Network;
import dev.lamina.analysis.network.NetworkFile;
import dev.lamina.analysis.study.Progress;
import dev.lamina.analysis.study.StudyContext;
import dev.lamina.analysis.training.Ending;
import dev.lamina.analysis.training.SharedProgress;
import dev.lamina.analysis.training.TrainingData;
import dev.lamina.backend.Backend;
import dev.lamina.io.FileException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.hipparchus.linear.RealMatrix;

/** Computes the section {@code merging} of a study. */
final class MergingStudy {
  private static final String NETWORK_FILE = ".safetensors";

  private final MergingConfig config;
  private final StudyContext context;
  private final Progress progress;
  private final FollowedPlan plan;

  /** Which layers are merged: those above a threshold. */
  private record Rule(String name, String file, double threshold) {}

  MergingStudy(MergingConfig config, StudyContext context, Progress progress) {
    this.config = config;
    this.context = context;
    this.progress = progress;
    this.plan = config.plan();
  }

  MergingResult run() {
    Backend backend = context.lamina().backend();
    try (DepthExamples examples = new DepthExamples(context.data(), plan.loss(), plan.samples());
        TrainingData data = examples.upload(backend)) {
      Work work =
          new Work(backend, data, new Looker(examples, plan.loss(), plan.linearity()), shared());
      if (config.network().isPresent()) {
        try (Network network = read(Path.of(config.network().get()), examples)) {
          return merged(work, List.of(), work.looker().perceptron(network));
        }
      }
      try (Network initial =
              context
                  .network()
                  .plan(examples.inputs(), examples.outputs())
                  .draw(examples.dtype(), context.seed());
          FollowedTraining training = work.training(initial, plan, "network")) {
        requireFinite(training.run());
        return merged(work, training.moments(), work.looker().perceptron(training.network()));
      }
    }
  }

  private static void requireFinite(Ending ending) {
    if (ending instanceof Ending.Diverged) {
      throw new IllegalArgumentException(
          "merging: there is no trained network to merge, it " + ending.text());
    }
  }

  /** What all steps need. */
  private final class Work {
    private final Backend backend;
    private final TrainingData data;
    private final Looker looker;
    private final Progress shared;

    Work(Backend backend, TrainingData data, Looker looker, Progress shared) {
      this.backend = backend;
      this.data = data;
      this.looker = looker;
      this.shared = shared;
    }

    Looker looker() {
      return looker;
    }

    FollowedTraining training(Network initial, FollowedPlan how, String name) {
      return new FollowedTraining(
          backend,
          data,
          initial,
          how,
          context.seed(),
          new FollowedTraining.Followers(looker, Set.of(), name, context.folder(), shared));
    }
  }

  private Progress shared() {
    long n = context.data().train().samples();
    long steps = plan.batch() == 0 ? 1 : Math.ceilDiv(n, Math.min(plan.batch(), n));
    long networks = 1L + config.thresholds().size() + config.hiddenLayers().size();
    long passes = plan.epochs() + networks * config.further();
    return new SharedProgress(progress, "training networks", Math.max(1, passes * steps));
  }

  private static Network read(Path file, DepthExamples examples) {
    Network network = NetworkFile.read(file);
    if (network.inputs() != examples.inputs() || network.outputs() != examples.outputs()) {
      network.close();
      throw new IllegalArgumentException(
          "%s: a network for these data must have %d inputs and %d outputs but has %d and %d"
              .formatted(
                  file,
                  examples.inputs(),
                  examples.outputs(),
                  network.inputs(),
                  network.outputs()));
    }
    return network;
  }

  private MergingResult merged(Work work, List<Moment> training, Perceptron network) {
    Looker looker = work.looker();
    DepthExamples examples = looker.examples();
    boolean curve = LinearityStudy.isCurve(examples);
    List<LayerLinearity> layers = looker.layers(network);
    if (context.folder().isPresent()) {
      save(network, "before" + NETWORK_FILE);
    }
    Optional<Further> further =
        config.further() > 0
            ? Optional.of(further(work, network, network, "before"))
            : Optional.empty();
    List<Merged> merged = new ArrayList<>();
    for (Rule rule : rules(layers)) {
      merged.add(merged(work, network, rule));
    }
    return new MergingResult(
        examples.classes() ? examples.outputs() : 0,
        examples.train().samples(),
        examples.test().samples(),
        training,
        looker.look(plan.epochs(), network, curve),
        LayerState.of(layers),
        further,
        merged,
        curve ? LinearityStudy.column(examples.train().x()) : List.of(),
        curve ? LinearityStudy.column(examples.train().y()) : List.of());
  }

  private List<Rule> rules(List<LayerLinearity> layers) {
    List<Rule> rules = new ArrayList<>();
    for (double threshold : config.thresholds()) {
      rules.add(new Rule("correlation above " + threshold, "above-" + threshold, threshold));
    }
    List<Double> descending =
        layers.stream().map(LayerLinearity::minPearson).sorted(Comparator.reverseOrder()).toList();
    for (int hidden : config.hiddenLayers()) {
      if (hidden >= layers.size()) {
        throw new IllegalArgumentException(
            "merging: a network of %d hidden layers cannot be merged to %d"
                .formatted(layers.size(), hidden));
      }
      // The most linear of the layers that stay is not above itself.
      double threshold = hidden == 0 ? 0 : descending.get(layers.size() - hidden);
      rules.add(
          new Rule(
              "to " + hidden + (hidden == 1 ? " hidden layer" : " hidden layers"),
              "to-" + hidden,
              threshold));
    }
    return rules;
  }

  private Merged merged(Work work, Perceptron network, Rule rule) {
    Looker looker = work.looker();
    DepthExamples examples = looker.examples();
    RealMatrix x = examples.train().x();
    RealMatrix testX = examples.test().x();
    Merge merge = Merging.merge(network, x, new Linearity(rule.threshold(), plan.importance()));
    Perceptron after = merge.after();
    String name = "merged-" + rule.file();
    String file = context.folder().isPresent() ? save(after, name + NETWORK_FILE) : "";
    Optional<Further> further =
        config.further() > 0 ? Optional.of(further(work, after, network, name)) : Optional.empty();
    return new Merged(
        rule.name(),
        rule.threshold(),
        merge.layers().stream()
            .map(l ->
                new MergedLine(
                    l.layer(), l.linearity().minPearson(), l.nextChange(), l.rmsBound(), l.bound()))
            .toList(),
        merge.kept(),
        after.depth() - 1,
        network.parameterCount(),
        after.parameterCount(),
        looker.look(plan.epochs(), after, LinearityStudy.isCurve(examples)),
        looker.accuracy(after.outputs(x), network.outputs(x)),
        looker.accuracy(after.outputs(testX), network.outputs(testX)),
        merge.maxOutputChange(x),
        merge.bound(),
        merge.rmsOutputChange(x),
        merge.rmsBound(),
        file,
        further);
  }

  private Further further(Work work, Perceptron start, Perceptron reference, String name) {
    Looker looker = work.looker();
    DepthExamples examples = looker.examples();
    try (Network wide = start.toNetwork();
        Network initial = wide.copy(examples.dtype());
        FollowedTraining training =
            work.training(initial, plan.lasting(config.further()), name + "-further")) {
      Ending ending = training.run();
      Perceptron end = looker.perceptron(training.network());
      RealMatrix x = examples.train().x();
      RealMatrix testX = examples.test().x();
      return new Further(
          training.moments(),
          ending instanceof Ending.Diverged,
          looker.accuracy(end.outputs(x), reference.outputs(x)),
          looker.accuracy(end.outputs(testX), reference.outputs(testX)));
    }
  }

  /** Saves a network and returns its path. */
  private String save(Perceptron network, String name) {
    Path folder = context.folder().orElseThrow();
    try {
      Files.createDirectories(folder);
    } catch (IOException e) {
      throw FileException.writing(folder, e);
    }
    try (Network saved = network.toNetwork()) {
      NetworkFile.write(folder.resolve(name), saved);
    }
    return folder.resolve(name).toString();
  }
}
