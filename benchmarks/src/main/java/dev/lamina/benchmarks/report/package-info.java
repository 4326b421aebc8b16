/** Results of benchmarks as files, pages and tables, and two of them side by side. */
package dev.lamina.benchmarks.report;
