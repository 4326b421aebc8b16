package dev.lamina.analysis.alignment;

import dev.lamina.analysis.alignment.AlignmentStudyResult.Depth;
import dev.lamina.analysis.alignment.AlignmentStudyResult.Run;
import dev.lamina.analysis.data.DataException;
import dev.lamina.analysis.data.DataSet;
import dev.lamina.analysis.data.PreparedData;
import dev.lamina.analysis.data.Response;
import dev.lamina.analysis.study.NetworkConfig;
import dev.lamina.analysis.study.Progress;
import dev.lamina.analysis.study.StudyContext;
import dev.lamina.analysis.training.TrainingData;
import dev.lamina.matrix.HostMatrix;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/** Computes the section {@code alignment} of a study. */
final class AlignmentStudy {
  /** Keeps the noise of the labels apart from everything else that the seed decides. */
  private static final long NOISE = 0x6a09e667f3bcc909L;

  private final AlignmentConfig config;
  private final StudyContext context;
  private final Progress progress;

  AlignmentStudy(AlignmentConfig config, StudyContext context, Progress progress) {
    this.config = config;
    this.context = context;
    this.progress = progress;
  }

  AlignmentStudyResult run() {
    PreparedData data = context.data();
    Response.Classes classes = classes(data.train());
    Response.Classes testClasses = classes(data.test());
    int[] labels = noisy(classes);
    try (MeasuredSubset train =
            new MeasuredSubset(data.train(), classes, labels, config.examples());
        MeasuredSubset test =
            new MeasuredSubset(data.test(), testClasses, testClasses.labels(), config.examples());
        HostMatrix targets =
            TrainingData.oneHot(
                Response.Classes.of(labels, classes.names()), data.train().x().dtype());
        HostMatrix testTargets = TrainingData.oneHot(testClasses, data.train().x().dtype())) {
      List<NetworkConfig> networks = config.depths().stream().map(this::network).toList();
      AlignmentRuns runs =
          new AlignmentRuns(
              config,
              context,
              networks,
              new AlignmentRuns.Examples(targets, testTargets, train.examples(), test.examples()));
      List<List<Run>> found = runs.run(progress);
      return new AlignmentStudyResult(
          classes.count(),
          train.examples().count(),
          test.examples().count(),
          AlignmentLevels.of(train.examples()),
          depths(networks, found));
    }
  }

  private List<Depth> depths(List<NetworkConfig> networks, List<List<Run>> found) {
    List<Depth> depths = new ArrayList<>();
    for (int d = 0; d < networks.size(); d++) {
      depths.add(
          new Depth(
              config.depths().get(d),
              networks.get(d).hidden().getFirst(),
              config.rates().get(d),
              EquilibriumPrediction.of(networks.get(d), context.data().train().x()),
              found.get(d)));
    }
    return depths;
  }

  private static Response.Classes classes(DataSet set) {
    return switch (set.response()) {
      case Response.Classes classes -> classes;
      case Response.Values _ ->
          throw new DataException(
              "alignment: labels must be classes but the response of %s is numbers"
                  .formatted(set.name()));
    };
  }

  /** Returns the study's network, or one of its first width at another depth. */
  private NetworkConfig network(int depth) {
    NetworkConfig own = context.network();
    List<Integer> hidden =
        depth == own.depth() + 1
            ? own.hidden()
            : Collections.nCopies(depth - 1, own.hidden().getFirst());
    return new NetworkConfig(
        hidden, own.activation(), own.init(), own.bias(), own.batchNorm(), own.residual());
  }

  /** Returns the training labels, a share of them drawn anew from all classes. */
  private int[] noisy(Response.Classes classes) {
    int[] labels = classes.labels();
    RandomGenerator random =
        RandomGeneratorFactory.of("L64X128MixRandom").create(context.seed() ^ NOISE);
    for (int i = 0; i < labels.length; i++) {
      if (random.nextDouble() < config.labelNoise()) {
        labels[i] = random.nextInt(classes.count());
      }
    }
    return labels;
  }
}
