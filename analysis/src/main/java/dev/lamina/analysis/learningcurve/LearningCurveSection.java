package dev.lamina.analysis.learningcurve;

import dev.lamina.analysis.report.SectionView;
import dev.lamina.analysis.study.NetworkConfig;
import dev.lamina.analysis.study.Progress;
import dev.lamina.analysis.study.StudyContext;
import dev.lamina.analysis.study.StudySection;
import dev.lamina.config.ConfigReader;

/**
 * The section {@code learningCurve} of a study: the error of regression against the number of
 * samples from the kernel's spectrum, beside real regression on random points of a sphere; on
 * demand a sweep over ridges in both precisions, and finite networks under noisy training. Draws
 * its own inputs: the study's data have no effect.
 */
public final class LearningCurveSection
    implements StudySection<LearningCurveConfig, LearningCurveResult> {

  /** Creates the section. */
  public LearningCurveSection() {}

  @Override
  public String name() {
    return "learningCurve";
  }

  @Override
  public String title() {
    return "Learning curves: what does the spectrum tell of the error?";
  }

  @Override
  public boolean aboutNetwork() {
    return false;
  }

  @Override
  public LearningCurveConfig read(ConfigReader config, NetworkConfig network) {
    return LearningCurveConfig.read(config);
  }

  @Override
  public LearningCurveResult run(
      StudyContext context, LearningCurveConfig config, Progress progress) {
    return new LearningCurveStudy(config, context, progress).run();
  }

  @Override
  public SectionView view(
      StudyContext context, LearningCurveConfig config, LearningCurveResult result) {
    return new LearningCurveView(config, result, context.seed()).view();
  }
}
