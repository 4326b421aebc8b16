package dev.lamina.analysis.summary;

import dev.lamina.analysis.data.DataSet;
import dev.lamina.analysis.data.DataSummary;
import dev.lamina.analysis.data.Response;
import dev.lamina.analysis.report.SectionView;
import dev.lamina.analysis.study.NetworkConfig;
import dev.lamina.analysis.study.Progress;
import dev.lamina.analysis.study.StudyContext;
import dev.lamina.analysis.study.StudySection;
import dev.lamina.analysis.summary.DataSectionResult.SamplePicture;
import dev.lamina.config.Bounds;
import dev.lamina.config.ConfigReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The section {@code data} of a study: what the samples look like, ready for the analyses. */
public final class DataSection implements StudySection<DataSectionConfig, DataSectionResult> {

  /** Creates the section. */
  public DataSection() {}

  @Override
  public String name() {
    return "data";
  }

  @Override
  public String title() {
    return "The data";
  }

  @Override
  public boolean aboutNetwork() {
    return false;
  }

  @Override
  public DataSectionConfig read(ConfigReader config, NetworkConfig network) {
    return new DataSectionConfig(
        config.integer("pictures", Bounds.between(0, 200), 40),
        config.integer("pairs", Bounds.between(0, 10_000_000), 20_000));
  }

  @Override
  public DataSectionResult run(StudyContext context, DataSectionConfig config, Progress progress) {
    DataSet train = context.data().train();
    progress.begin("data", 3);
    DataSummary trainSummary = DataSummary.of(train);
    progress.advance(1);
    DataSummary testSummary = DataSummary.of(context.data().test());
    progress.advance(1);
    Optional<PairAngles> angles =
        config.pairs() == 0
            ? Optional.empty()
            : PairAngles.measure(train, config.pairs(), context.seed());
    progress.advance(1);
    return new DataSectionResult(
        trainSummary, testSummary, angles, pictures(train, config.pictures()));
  }

  /** Returns samples of all classes in turn, the first ones of each. */
  private static List<SamplePicture> pictures(DataSet data, int most) {
    if (data.image().isEmpty()) {
      return List.of();
    }
    List<Integer> rows = spread(data, Math.min(most, data.samples()));
    double low = Double.POSITIVE_INFINITY;
    double high = Double.NEGATIVE_INFINITY;
    for (int row : rows) {
      for (long j = 0; j < data.features(); j++) {
        low = Math.min(low, data.x().get(row, j));
        high = Math.max(high, data.x().get(row, j));
      }
    }
    List<SamplePicture> pictures = new ArrayList<>();
    for (int row : rows) {
      List<Double> pixels = new ArrayList<>();
      for (long j = 0; j < data.features(); j++) {
        pixels.add(high > low ? (data.x().get(row, j) - low) / (high - low) : 0);
      }
      pictures.add(new SamplePicture(row, label(data, row), pixels));
    }
    return pictures;
  }

  private static List<Integer> spread(DataSet data, int most) {
    List<List<Integer>> byClass = new ArrayList<>();
    for (int row = 0; row < data.samples(); row++) {
      int label = data.response() instanceof Response.Classes c ? c.label(row) : 0;
      while (byClass.size() <= label) {
        byClass.add(new ArrayList<>());
      }
      byClass.get(label).add(row);
    }
    List<Integer> rows = new ArrayList<>();
    for (int turn = 0; rows.size() < most; turn++) {
      for (List<Integer> own : byClass) {
        if (turn < own.size() && rows.size() < most) {
          rows.add(own.get(turn));
        }
      }
    }
    return rows;
  }

  private static String label(DataSet data, int row) {
    return data.response() instanceof Response.Classes c
        ? c.names().get(c.label(row))
        : "row " + row;
  }

  @Override
  public SectionView view(
      StudyContext context, DataSectionConfig config, DataSectionResult result) {
    return new DataView(result, context.seed()).view();
  }
}
