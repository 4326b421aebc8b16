/** Checks of computed kernel matrices against float64 on sampled entries. */
package dev.lamina.analysis.audit;
