package dev.lamina.analysis.trainability;

import dev.lamina.analysis.data.DataException;
import dev.lamina.analysis.data.DataSet;
import dev.lamina.analysis.data.PreparedData;
import dev.lamina.analysis.data.Response;
import dev.lamina.analysis.degeneracy.Architecture;
import dev.lamina.analysis.degeneracy.InputAngles;
import dev.lamina.analysis.study.Progress;
import dev.lamina.analysis.study.StudyContext;
import dev.lamina.analysis.trainability.TrainabilityResult.Correlation;
import dev.lamina.analysis.trainability.TrainabilityResult.EqualDepth;
import dev.lamina.analysis.trainability.TrainabilityResult.Reversed;
import dev.lamina.analysis.trainability.TrainabilityResult.Row;
import dev.lamina.analysis.training.TrainingData;
import dev.lamina.backend.Backend;
import dev.lamina.matrix.HostMatrix;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.hipparchus.stat.descriptive.StreamingStatistics;

/** Computes the section {@code trainability} of a study. */
final class TrainabilityStudy {
  /** Pairs of inputs for the mean angle of the data. */
  private static final int INPUT_PAIRS = 20_000;

  /** Fewest networks of equal depth whose order says anything. */
  private static final int SERIES = 4;

  private final TrainabilityConfig config;
  private final StudyContext context;
  private final Progress progress;

  TrainabilityStudy(TrainabilityConfig config, StudyContext context, Progress progress) {
    this.config = config;
    this.context = context;
    this.progress = progress;
  }

  TrainabilityResult run() {
    PreparedData data = context.data();
    Response.Classes classes = classes(data.train());
    InputAngles inputs = InputAngles.measure(data.train().x(), INPUT_PAIRS, context.seed());
    if (inputs.mean() == 0) {
      throw new DataException("trainability: all random pairs of training samples are parallel");
    }
    List<AngleProfile> profiles = profiles(data.test().x());
    double[][] accuracies = train(data, classes);
    List<Row> rows = new ArrayList<>();
    for (int a = 0; a < config.architectures().size(); a++) {
      rows.add(
          row(
              config.architectures().get(a),
              Math.toIntExact(data.train().features()),
              classes.count(),
              inputs.mean(),
              profiles.get(a),
              accuracies[a]));
    }
    return new TrainabilityResult(
        inputs,
        Predictors.all(),
        rows,
        correlations(rows),
        equalDepths(rows),
        reversed(rows),
        shown(profiles));
  }

  private static Response.Classes classes(DataSet set) {
    return switch (set.response()) {
      case Response.Classes classes -> classes;
      case Response.Values _ ->
          throw new DataException(
              "trainability: accuracy needs classes but the response of %s is numbers"
                  .formatted(set.name()));
    };
  }

  /** Returns the profiles of the architectures and then of those that are only shown. */
  private List<AngleProfile> profiles(HostMatrix x) {
    List<Architecture> all = new ArrayList<>(config.architectures());
    config.profiles().stream().filter(p -> !all.contains(p)).forEach(all::add);
    progress.begin("angles at initialisation", all.size());
    Backend backend = context.lamina().backend();
    List<AngleProfile> profiles = new ArrayList<>();
    try (HostMatrix pairs = AngleProfile.pairs(x, config.pairs(), context.seed())) {
      for (Architecture architecture : all) {
        profiles.add(
            AngleProfile.measure(backend, architecture, pairs, config.networks(), context.seed()));
        progress.advance(1);
      }
    }
    return profiles;
  }

  private List<AngleProfile> shown(List<AngleProfile> profiles) {
    List<String> names = config.profiles().stream().map(Architecture::toString).toList();
    return profiles.stream()
        .filter(p -> names.contains(p.architecture()))
        .sorted(Comparator.comparingInt(p -> names.indexOf(p.architecture())))
        .toList();
  }

  private double[][] train(PreparedData data, Response.Classes classes) {
    ArchitectureTraining training =
        new ArchitectureTraining(config, context.lamina(), data, classes.count(), context.seed());
    try (HostMatrix targets = TrainingData.oneHot(classes, data.train().x().dtype());
        HostMatrix testTargets =
            TrainingData.oneHot(classes(data.test()), data.train().x().dtype())) {
      return training.run(targets, testTargets, progress);
    }
  }

  private static Row row(
      Architecture architecture,
      int inputs,
      int outputs,
      double angle,
      AngleProfile profile,
      double[] accuracies) {
    double[] finished = Arrays.stream(accuracies).filter(a -> !Double.isNaN(a)).toArray();
    StreamingStatistics s = new StreamingStatistics();
    Arrays.stream(finished).forEach(s::addValue);
    double measured = profile.layers().getLast().measured();
    return new Row(
        architecture.toString(),
        architecture.hidden().size(),
        architecture.weights(inputs, outputs),
        Predictors.of(architecture, inputs, outputs, angle, measured),
        Arrays.stream(finished).boxed().toList(),
        accuracies.length - finished.length,
        s.getMean(),
        finished.length < 2
            ? Double.NaN
            : 1.96 * s.getStandardDeviation() / Math.sqrt(finished.length));
  }

  private List<Correlation> correlations(List<Row> rows) {
    List<Predictor> predictors = Predictors.all();
    List<Correlation> correlations = new ArrayList<>();
    for (int p = 0; p < predictors.size(); p++) {
      int which = p;
      List<Row> defined =
          rows.stream()
              .filter(r -> Double.isFinite(r.mean()))
              .filter(r -> Double.isFinite(r.predictions().get(which)))
              .toList();
      double[] x = defined.stream().mapToDouble(r -> r.predictions().get(which)).toArray();
      double[] y = defined.stream().mapToDouble(Row::mean).toArray();
      correlations.add(
          new Correlation(
              predictors.get(p),
              Correlations.estimateSpearman(x, y, context.seed()),
              Correlations.estimatePearson(x, y, context.seed())));
    }
    return correlations;
  }

  private static List<EqualDepth> equalDepths(List<Row> rows) {
    Map<Integer, List<Row>> byDepth = new TreeMap<>();
    for (Row row : rows) {
      if (Double.isFinite(row.mean()) && uniform(row)) {
        byDepth.computeIfAbsent(row.depth(), _ -> new ArrayList<>()).add(row);
      }
    }
    List<EqualDepth> series = new ArrayList<>();
    byDepth.forEach((depth, group) -> {
      if (group.size() >= SERIES) {
        group.sort(Comparator.comparingInt(TrainabilityStudy::firstWidth));
        List<Double> density =
            group.stream().map(r -> r.predictions().get(Predictors.DENSITY)).toList();
        List<Double> accuracies = group.stream().map(Row::mean).toList();
        series.add(
            new EqualDepth(
                depth,
                group.stream().map(TrainabilityStudy::firstWidth).toList(),
                accuracies,
                group.getFirst().predictions().get(Predictors.INFINITE),
                density,
                Correlations.spearman(array(density), array(accuracies))));
      }
    });
    return series;
  }

  private static double[] array(List<Double> list) {
    return list.stream().mapToDouble(Double::doubleValue).toArray();
  }

  private static boolean uniform(Row row) {
    return hidden(row).stream().distinct().count() == 1;
  }

  private static int firstWidth(Row row) {
    return hidden(row).getFirst();
  }

  private static List<Integer> hidden(Row row) {
    return Architecture.parse(row.architecture()).hidden();
  }

  private static List<Reversed> reversed(List<Row> rows) {
    List<Reversed> pairs = new ArrayList<>();
    for (Row row : rows) {
      List<Integer> widths = hidden(row);
      if (widths.getFirst() > widths.getLast()) {
        rows.stream()
            .filter(other -> hidden(other).equals(widths.reversed()))
            .forEach(other -> pairs.add(new Reversed(row, other)));
      }
    }
    return pairs;
  }
}
