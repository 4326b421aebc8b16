package dev.lamina.analysis.sparsity;

import dev.lamina.analysis.report.SectionView;
import dev.lamina.analysis.study.NetworkConfig;
import dev.lamina.analysis.study.Progress;
import dev.lamina.analysis.study.StudyContext;
import dev.lamina.analysis.study.StudySection;
import dev.lamina.config.ConfigReader;

/**
 * The section {@code sparsity} of a study: the network is trained under an L2 penalty to a minimum
 * and looked at through its covariances; how many different neurons are left, which forces hold
 * them, and from which width on more neurons do not lower the loss.
 */
public final class SparsitySection implements StudySection<SparsityConfig, SparsityStudyResult> {

  /** Creates the section. */
  public SparsitySection() {}

  @Override
  public String name() {
    return "sparsity";
  }

  @Override
  public String title() {
    return "Sparsity: how many neurons does weight decay leave?";
  }

  @Override
  public SparsityConfig read(ConfigReader config, NetworkConfig network) {
    return SparsityConfig.read(config, network);
  }

  @Override
  public SparsityStudyResult run(StudyContext context, SparsityConfig config, Progress progress) {
    return new SparsityStudy(config, context, progress).run();
  }

  @Override
  public SectionView view(StudyContext context, SparsityConfig config, SparsityStudyResult result) {
    return new SparsityView(config, context.network(), result).view();
  }
}
