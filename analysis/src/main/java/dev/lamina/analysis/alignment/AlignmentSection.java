package dev.lamina.analysis.alignment;

import dev.lamina.analysis.report.SectionView;
import dev.lamina.analysis.study.NetworkConfig;
import dev.lamina.analysis.study.Progress;
import dev.lamina.analysis.study.StudyContext;
import dev.lamina.analysis.study.StudySection;
import dev.lamina.config.ConfigReader;

/**
 * The section {@code alignment} of a study: networks of several depths are trained, and the layer
 * whose tangent features align best with the labels is compared with the equilibrium layer.
 */
public final class AlignmentSection implements StudySection<AlignmentConfig, AlignmentStudyResult> {

  /** Creates the section. */
  public AlignmentSection() {}

  @Override
  public String name() {
    return "alignment";
  }

  @Override
  public String title() {
    return "Layer alignment: which layers learn the labels?";
  }

  @Override
  public AlignmentConfig read(ConfigReader config, NetworkConfig network) {
    return AlignmentConfig.read(config, network);
  }

  @Override
  public AlignmentStudyResult run(StudyContext context, AlignmentConfig config, Progress progress) {
    return new AlignmentStudy(config, context, progress).run();
  }

  @Override
  public SectionView view(
      StudyContext context, AlignmentConfig config, AlignmentStudyResult result) {
    return new AlignmentView(config, context, result).view();
  }
}
