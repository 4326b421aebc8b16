package dev.lamina.analysis.regression;

import dev.lamina.analysis.audit.AuditSettings;
import dev.lamina.analysis.audit.KernelAudit;
import dev.lamina.analysis.data.PreparedData;
import dev.lamina.analysis.report.SectionView;
import dev.lamina.analysis.study.NetworkConfig;
import dev.lamina.analysis.study.Progress;
import dev.lamina.analysis.study.StudyContext;
import dev.lamina.analysis.study.StudySection;
import dev.lamina.backend.Backend;
import dev.lamina.config.ConfigReader;
import dev.lamina.kernel.Kernel;
import dev.lamina.matrix.HostMatrix;
import java.util.Optional;

/** The section {@code regression} of a study: what infinitely wide networks make of the data. */
public final class RegressionSection implements StudySection<RegressionConfig, RegressionResult> {

  /** The audit needs the whole kernel matrix of its samples. */
  private static final long AUDIT_SAMPLES = 2000;

  private static final int AUDIT_PAIRS = 4096;

  /** Creates the section. */
  public RegressionSection() {}

  @Override
  public String name() {
    return "regression";
  }

  @Override
  public String title() {
    return "Kernel regression";
  }

  @Override
  public RegressionConfig read(ConfigReader config, NetworkConfig network) {
    return RegressionConfig.read(config, network.infinite(network.depth()));
  }

  @Override
  public RegressionResult run(StudyContext context, RegressionConfig config, Progress progress) {
    PreparedData data = context.data();
    HostMatrix x = data.train().x();
    TrainTest samples =
        new TrainTest(
            x,
            new Targets(data.train().response()),
            data.test().x(),
            new Targets(data.test().response()));
    return new RegressionRun(
            context.lamina().backend(),
            samples,
            config,
            Precision.of(context.lamina().config().precision()),
            kernel -> audit(context.lamina().backend(), kernel, x),
            progress)
        .run(context.network()::infinite);
  }

  /** Returns the largest relative error of sampled entries among the first training samples. */
  private static double audit(Backend backend, Kernel kernel, HostMatrix x) {
    HostMatrix first = x.rows(0, Math.min(AUDIT_SAMPLES, x.rows()));
    try (HostMatrix values = HostMatrix.allocate(x.dtype(), first.rows(), first.rows())) {
      backend.gram().compute(kernel, first, first, values);
      return KernelAudit.of(
              backend,
              kernel,
              first,
              first,
              values,
              Optional.empty(),
              AuditSettings.of(AUDIT_PAIRS))
          .maxRelativeError();
    }
  }

  @Override
  public SectionView view(StudyContext context, RegressionConfig config, RegressionResult result) {
    return new RegressionView(config, result).view();
  }
}
