package dev.lamina.analysis.lifting;

import dev.lamina.analysis.curvature.Risk;
import dev.lamina.analysis.data.DataSet;
import dev.lamina.analysis.data.Response;
import dev.lamina.analysis.report.SectionView;
import dev.lamina.analysis.study.NetworkConfig;
import dev.lamina.analysis.study.Progress;
import dev.lamina.analysis.study.StudyContext;
import dev.lamina.analysis.study.StudySection;
import dev.lamina.analysis.training.Loss;
import dev.lamina.analysis.training.SideBySide;
import dev.lamina.config.ConfigReader;
import org.hipparchus.linear.MatrixUtils;
import org.hipparchus.linear.RealMatrix;

/**
 * The section {@code lifting} of a study: what inserting layers does to the Hessian at a critical
 * point of a small network on the study's data.
 */
public final class LiftingSection implements StudySection<LiftingConfig, LiftingResult> {

  /** Creates the section. */
  public LiftingSection() {}

  @Override
  public String name() {
    return "lifting";
  }

  @Override
  public String title() {
    return "Critical lifting: the Hessian of a minimum in deeper networks";
  }

  @Override
  public boolean aboutNetwork() {
    return false;
  }

  @Override
  public LiftingConfig read(ConfigReader config, NetworkConfig network) {
    return LiftingConfig.read(config, network);
  }

  @Override
  public LiftingResult run(StudyContext context, LiftingConfig config, Progress progress) {
    Risk risk = risk(context.data().train(), config.samples());
    return SideBySide.alone(
        context.lamina(),
        backend -> new LiftingStudy(backend, config, progress).run(risk, context.seed()));
  }

  /** Returns the squared error on the first samples, with one-hot targets for classes. */
  static Risk risk(DataSet set, int most) {
    int rows = Math.min(most, set.samples());
    int features = Math.toIntExact(set.features());
    RealMatrix x = MatrixUtils.createRealMatrix(rows, features);
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < features; j++) {
        x.setEntry(i, j, set.x().get(i, j));
      }
    }
    return new Risk(Loss.MSE, x, targets(set.response(), rows));
  }

  private static RealMatrix targets(Response response, int rows) {
    return switch (response) {
      case Response.Classes classes -> {
        RealMatrix y = MatrixUtils.createRealMatrix(rows, classes.count());
        for (int i = 0; i < rows; i++) {
          y.setEntry(i, classes.label(i), 1);
        }
        yield y;
      }
      case Response.Values values -> {
        int columns = Math.toIntExact(values.values().cols());
        RealMatrix y = MatrixUtils.createRealMatrix(rows, columns);
        for (int i = 0; i < rows; i++) {
          for (int j = 0; j < columns; j++) {
            y.setEntry(i, j, values.values().get(i, j));
          }
        }
        yield y;
      }
    };
  }

  @Override
  public SectionView view(StudyContext context, LiftingConfig config, LiftingResult result) {
    return new LiftingView(config, result).view();
  }
}
