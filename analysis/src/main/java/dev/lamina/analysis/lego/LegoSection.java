package dev.lamina.analysis.lego;

import dev.lamina.analysis.report.SectionView;
import dev.lamina.analysis.study.NetworkConfig;
import dev.lamina.analysis.study.Progress;
import dev.lamina.analysis.study.StudyContext;
import dev.lamina.analysis.study.StudySection;
import dev.lamina.config.ConfigReader;

/**
 * The section {@code lego} of a study: networks are trained layer by layer with losses of each
 * layer alone, and compared with networks trained as a whole and with networks that learn no
 * features.
 */
public final class LegoSection implements StudySection<LegoConfig, LegoStudyResult> {

  /** Creates the section. */
  public LegoSection() {}

  @Override
  public String name() {
    return "lego";
  }

  @Override
  public String title() {
    return "Layer by layer: does a loss of each layer alone suffice?";
  }

  @Override
  public LegoConfig read(ConfigReader config, NetworkConfig network) {
    return LegoConfig.read(config, network);
  }

  @Override
  public LegoStudyResult run(StudyContext context, LegoConfig config, Progress progress) {
    return new LegoStudy(config, context, progress).run();
  }

  @Override
  public SectionView view(StudyContext context, LegoConfig config, LegoStudyResult result) {
    return new LegoView(config, context, result).view();
  }
}
